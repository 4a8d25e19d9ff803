from __future__ import annotations

import pytest

from tests.factories import make_stages


@pytest.fixture(autouse=True)
def stages(request):
    """Leads need a funnel."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        make_stages()
