from __future__ import annotations

import pytest

from leads.models import Lead
from tests.documents.surfaces import JSON
from tests.factories import make_persona, make_stages


@pytest.fixture(autouse=True)
def _stages(db):
    make_stages()


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """``with work():`` background jobs that were asked for inside run at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def criterion():
    """One row of fit criteria as a persona keeps it."""

    def row(fact="title", operator="contains", values="fleet", weight="1", **more):
        return {"fact": fact, "operator": operator, "values": values, "weight": weight} | more

    return row


@pytest.fixture
def agreed_persona(marketer, criterion, work):
    """A persona in force, with the criteria that are named."""

    def make(title="Depot Dora", *criteria):
        with work():
            return make_persona(
                title, by=marketer, criteria=list(criteria) or [criterion()], agreed=True
            )

    return make


@pytest.fixture
def new_lead(as_rep):
    """A lead that a rep enters by API."""

    def enter(**fields):
        fields = {"email": f"buyer{Lead.objects.count()}@buyer.example"} | fields
        answer = as_rep.post("/api/v1/leads/", fields, content_type=JSON)
        assert answer.status_code == 201, answer.content
        return Lead.objects.get(pk=answer.json()["id"])

    return enter
