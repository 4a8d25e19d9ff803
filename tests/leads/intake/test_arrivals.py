"""Touchpoints of a file arrive like those of hooks: late, out of order, anonymous, in bursts [R56, R59]."""

from __future__ import annotations

import pytest

from leads.intake.models import Import, Leftover
from leads.models import KnownVisitor, Touchpoint
from leads.services import know_visitor
from tests.factories import make_lead
from tests.leads.intake.test_kinds import counts
from tests.leads.intake.test_undo import undo

pytestmark = pytest.mark.django_db
COLUMNS = ("external_id", "lead.external_id", "visitor", "kind", "occurred_at", "url")


def import_of(answer):
    return Import.objects.get(pk=answer["import"])


@pytest.fixture
def lead(stages):
    return make_lead(external_id="l1", source="")


def test_what_an_unknown_visitor_did_joins_whom_the_file_names(bring, lead):
    answer = bring(
        "touchpoints", COLUMNS,
        "t1,,v1,page_view,2026-05-01T10:00:00Z,https://x.example/?utm_source=news&utm_medium=email",
        "t2,,v1,download,2026-05-01T10:05:00Z,",
        "t3,l1,v1,form,2026-05-01T11:00:00Z,",
        "t4,,v1,page_view,2026-05-02T11:00:00Z,",
        "t5,,v2,page_view,2026-05-02T11:00:00Z,",
    )  # fmt: skip

    assert counts(answer) == (5, 0, 0, 0, 0)
    assert set(lead.touchpoints.values_list("external_id", flat=True)) == {"t1", "t2", "t3", "t4"}
    first = Touchpoint.objects.get(external_id="t1")
    assert (first.utm_source, first.utm_medium) == ("news", "email")
    lead.refresh_from_db()
    assert lead.tracked_source == lead.source == "Email"


def test_a_visitor_who_is_known_already_is_known_to_a_file(bring, lead):
    know_visitor(lead=lead, visitor="v1")

    bring("touchpoints", COLUMNS, "t1,,v1,page_view,2026-05-01T10:00:00Z,")

    assert lead.touchpoints.count() == 1


def test_a_file_that_comes_late_moves_the_first_touch(bring, lead):
    bring("touchpoints", COLUMNS, "t2,l1,,form,2026-05-02T10:00:00Z,https://x.example/?gclid=1")
    lead.refresh_from_db()
    assert lead.source == "Paid search"

    bring(
        "touchpoints",
        COLUMNS,
        "t1,l1,,page_view,2026-05-01T10:00:00Z,https://x.example/?utm_medium=email",
    )
    lead.refresh_from_db()
    assert (lead.source, lead.converting_source) == ("Email", "Paid search")


def test_clicks_of_a_scanner_are_kept_and_left_out(bring, lead):
    clicks = [f"c{n},l1,,mail_click,2026-05-01T10:00:0{n}Z," for n in range(6)]

    bring("touchpoints", COLUMNS, *reversed(clicks), "c9,l1,,mail_click,2026-05-01T12:00:00Z,")

    assert lead.touchpoints.filter(left_out="burst").count() == 6
    assert lead.touchpoints.get(external_id="c9").left_out == ""


def test_touches_of_which_only_the_day_is_known_are_no_burst(bring, lead):
    clicks = [f"c{n},l1,,mail_click,2026-05-01," for n in range(9)]

    bring("touchpoints", COLUMNS, *clicks)

    assert not lead.touchpoints.exclude(left_out="").exists()


def test_an_address_may_be_longer_than_what_is_kept_of_it(bring, lead):
    address = f"https://x.example/?{'x' * 900}&utm_source=far"

    answer = bring("touchpoints", COLUMNS, f"t1,l1,,page_view,2026-05-01T10:00:00Z,{address}")

    assert counts(answer) == (1, 0, 0, 0, 0)
    assert Touchpoint.objects.get().utm_source == "far"
    assert len(Touchpoint.objects.get().url) == 500
    again = bring("touchpoints", COLUMNS, f"t1,l1,,page_view,2026-05-01T10:00:00Z,{address}")
    assert counts(again) == (0, 0, 1, 0, 0)


def test_taking_a_file_back_takes_back_what_followed_and_says_what_stays(bring, lead):
    bring("touchpoints", COLUMNS, "t0,,v1,page_view,2026-04-01T10:00:00Z,")
    before = bring(
        "touchpoints", COLUMNS, "t2,l1,,form,2026-05-02T10:00:00Z,https://x.example/?gclid=1"
    )
    late = bring(
        "touchpoints", COLUMNS,
        "t1,l1,v1,page_view,2026-03-01T10:00:00Z,https://x.example/?utm_medium=email",
    )  # fmt: skip
    lead.refresh_from_db()
    assert (lead.source, lead.touchpoints.count()) == ("Email", 3)

    assert undo(import_of(late))["deleted"] == 1
    lead.refresh_from_db()
    assert lead.tracked_converting_source == "Paid search"
    kept = Leftover.objects.get(run=late["import"])
    assert (kept.record_type, kept.record_id) == (
        "leads.knownvisitor",
        KnownVisitor.objects.get().pk,
    )
    assert "stays known" in kept.reason

    undo(import_of(before))
    assert set(lead.touchpoints.values_list("external_id", flat=True)) == {"t0"}
    assert import_of(before).state == "undone"
