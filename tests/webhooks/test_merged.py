"""Whoever was merged is found by hooks under whom they were merged into."""

from __future__ import annotations

import pytest

from leads.merging.services import Wish, merge_leads
from leads.models import Lead
from portal.operations.sweeping import sweep
from portal.webhooks.models import Delivery
from tests.factories import lead_event, make_lead, touch_event
from tests.webhooks.test_apply import _own_applying, apply, path, send, state  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(marketer):
    lost = make_lead(email="old@acme.example", external_id="OLD", city="Rome")
    kept = make_lead(email="ana@acme.example", external_id="NEW", city="Bonn", country="")
    merge_leads(lost=lost, kept=kept, by=marketer, wish=Wish())
    return Lead.objects.get(pk=kept.pk)


def test_touchpoints_go_to_the_lead_that_stays(path, kept):  # noqa: F811
    before = kept.touchpoints.count()
    send(
        path,
        touch_event("t", **{"lead.email": "Old@acme.example"}),
        touch_event("u", **{"lead.external_id": "OLD", "occurred_at": "2026-03-03T12:00:00Z"}),
    )

    assert (state("t")[0], state("u")[0]) == ("applied", "applied")
    assert kept.touchpoints.count() == before + 2


def test_a_form_with_the_old_address_adds_and_overwrites_nothing(path, kept):  # noqa: F811
    send(path, lead_event("a", email="old@acme.example", city="Oslo", title="CTO"))

    assert state("a") == ("applied", "")
    kept.refresh_from_db()
    assert (kept.city, kept.title, kept.email) == ("Bonn", "CTO", "ana@acme.example")
    assert Lead.objects.count() == 1


def test_what_waited_for_somebody_who_was_merged_meanwhile_is_applied(path, marketer):  # noqa: F811
    send(path, touch_event("t", **{"lead.external_id": "OLD"}))
    assert state("t")[0] == "waiting"
    lost, kept = make_lead(external_id="OLD"), make_lead(external_id="NEW")
    merge_leads(lost=lost, kept=kept, by=marketer, wish=Wish())

    sweep(Delivery.objects.get().received_at)
    apply()

    assert state("t")[0] == "applied"
    assert kept.touchpoints.filter(kind="page_view").count() == 1


def test_touchpoints_by_the_api_go_to_the_lead_that_stays(as_marketer, kept):
    touch = {
        "kind": "call",
        "lead.email": "old@acme.example",
        "occurred_at": "2026-03-02T12:00:00Z",
    }

    answer = as_marketer.post("/api/v1/touchpoints/", touch, content_type="application/json")

    assert answer.status_code == 201, answer.content
    assert answer.json()["lead"] == kept.pk
