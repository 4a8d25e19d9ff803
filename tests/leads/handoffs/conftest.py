from __future__ import annotations

import pytest

from tests.factories import make_commitment, make_funnel, make_lead, make_sla


@pytest.fixture
def agreed(db, marketing_manager, sales_manager):
    """Both commitments of a handoff, in business hours."""
    return make_sla(
        commitments=[
            make_commitment("handoff_answer", "sales", "8"),
            make_commitment("first_contact", "sales", "8"),
        ],
        agreed=True,
    )


@pytest.fixture
def funnel(db, marketing_manager, sales_manager):
    """The usual definition, agreed: name, a way to reach them, company, source and persona."""
    return make_funnel(agreed=True)


@pytest.fixture
def ready():
    return make_lead(stage="mql", source="Web")
