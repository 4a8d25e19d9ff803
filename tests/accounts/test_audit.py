"""The audit trail reads as sentences, and leads to the records that it speaks of."""

from __future__ import annotations

import pytest

from portal.activity.models import Activity
from portal.activity.services import record
from tests.factories import make_lead, make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(administrator, marketer):
    lead, persona = make_lead(), make_persona("Ops Olga", by=marketer)
    Activity.objects.all().delete()
    data = {"rows": 1234, "is_floor": False, "fields": ["next_step_on", "owner"], "version": 7}
    record(actor=administrator, verb="exported_leads", subject=lead, summary="12 leads", data=data)
    record(actor=marketer, verb="signed", subject=persona)
    record(actor=None, verb="erased", subject=lead)
    return lead, persona


def test_acts_records_and_details_are_words(as_administrator, trail):
    lead, persona = trail
    text = as_administrator.get("/audit/").content.decode()

    assert "Exported leads" in text
    assert f'href="{lead.get_absolute_url()}">Lead {lead.pk}</a>' in text
    assert f'href="{persona.get_absolute_url()}">Persona {persona.pk}</a>' in text
    assert "rows: 1,234 · fields: next step on, owner" in text
    for raw in ("exported_leads", "leads.lead", "is_floor", "version", "[&#x27;"):
        assert raw not in text.partition("<tbody>")[2].partition("</tbody>")[0]


def test_a_record_that_is_gone_is_named_but_not_linked(as_administrator, trail):
    lead, _ = trail
    number = lead.pk
    lead.delete()
    text = as_administrator.get("/audit/").content.decode()

    assert f"Lead {number}" in text
    assert f"/leads/{number}/" not in text


@pytest.mark.parametrize("words", ["exported_leads", "Exported leads", "exported"])
def test_an_act_is_found_by_its_words(as_administrator, trail, words):
    found = as_administrator.get("/api/v1/audit/", {"verb": words}).json()["results"]
    assert [row["verb"] for row in found] == ["exported_leads"]
    page = as_administrator.get("/audit/", {"verb": words})
    assert [line.act for line in page.context["rows"]] == ["Exported leads"]


def test_ten_lines_cost_as_many_queries_as_one(
    as_administrator, trail, django_assert_max_num_queries
):
    for _ in range(10):
        record(actor=None, verb="changed", subject=make_lead())
    with django_assert_max_num_queries(9):
        as_administrator.get("/audit/")
