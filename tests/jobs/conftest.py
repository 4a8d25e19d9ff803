from __future__ import annotations

import pytest

import tests.jobs.counting  # noqa: F401  (registers the kinds)
from portal.jobs import running


@pytest.fixture(autouse=True)
def _not_stopping():
    running.stopping.clear()
    yield
    running.stopping.clear()
