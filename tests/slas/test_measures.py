"""What commitments would have meant last month, by what leads really went through [R7, R8]."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from leads.models import Assignment, StageChange, Touchpoint
from leads.outreach.models import Use
from portal.slas.services import stop_clock
from portal.slas.tryouts import tryouts
from tests.factories import (
    make_calendar,
    make_clock,
    make_commitment,
    make_company,
    make_lead,
    make_sla,
    make_stage,
    make_talking_point,
    make_user,
)

pytestmark = pytest.mark.django_db
#: A Wednesday; last month is February, whose second is a Monday.
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(db):
    return make_calendar("Office")


def feb(day, hour, minute=0):
    return datetime(2026, 2, day, hour, minute, tzinfo=UTC)


def told(*commitments):
    """What is said about last month, and whether it was kept, for each commitment."""
    return [(t.last_month, t.is_kept) for t in tryouts({"commitments": list(commitments)}, NOW)]


def give(owner, at, **fields):
    lead = make_lead(owner=owner, **fields)
    Assignment.objects.create(lead=lead, to_owner=owner, at=at, by=owner, reason="Given")
    return lead


def touch(lead, by, at, kind="call", direction="out", **more):
    return Touchpoint.objects.create(
        lead=lead, by=by, occurred_at=at, kind=kind, direction=direction, **more
    )


def first_contact(target, calendar):
    return make_commitment("first_contact", "sales", target, calendar=calendar)


def test_first_contact_counts_business_hours_from_the_assignment(office, rep):
    """Given at 16:30 on Friday: an hour is left; by 12:15 on Monday four and a quarter have passed."""
    lead = give(rep, feb(6, 16, 30))
    touch(lead, rep, feb(9, 12, 15))
    assert told(first_contact("4", office))[0][0] == "Last month: 0 of 1 would have been kept."
    assert told(first_contact("4.5", office))[0][0] == "Last month: 1 of 1 would have been kept."


def test_only_our_own_words_to_them_count_as_contact(office, rep, marketer):
    lead = give(rep, feb(2, 9))
    touch(lead, rep, feb(2, 10), direction="in")
    touch(lead, marketer, feb(2, 10))
    touch(lead, rep, feb(2, 10), kind="page_view")
    touch(lead, rep, feb(2, 10), kind="mail_open")
    touch(lead, rep, feb(2, 10), left_out="machine")
    touch(lead, rep, feb(1, 10))
    assert told(first_contact("8", office))[0][0] == "Last month: 0 of 1 would have been kept."
    touch(lead, rep, feb(2, 17), kind="meeting")
    assert told(first_contact("8", office))[0][0] == "Last month: 1 of 1 would have been kept."


@pytest.mark.parametrize(("channel", "kept"), [("mail", 1), ("call", 1), ("copy", 0), ("other", 0)])
def test_a_text_that_was_mailed_or_said_is_a_contact(office, rep, channel, kept):
    point = make_talking_point(agreed=True)
    lead = give(rep, feb(2, 9))
    Use.objects.create(
        lead=lead, talking_point=point, revision=point.document.in_force, by=rep,
        channel=channel, used_at=feb(2, 11),
    )  # fmt: skip
    assert told(first_contact("8", office))[0][0].startswith(f"Last month: {kept} of 1 ")


def test_what_still_runs_is_not_judged_and_what_ran_out_is_missed(office, rep):
    give(rep, feb(27, 17))
    assert told(first_contact("200", office))[0][0].startswith("Last month there was nothing")
    assert told(first_contact("8", office))[0][0] == "Last month: 0 of 1 would have been kept."


def test_other_months_other_sides_and_the_pool_do_not_count(office, rep, marketer):
    give(rep, datetime(2026, 1, 31, 9, tzinfo=UTC))
    give(rep, datetime(2026, 3, 1, 9, tzinfo=UTC))
    give(marketer, feb(3, 9))
    Assignment.objects.create(lead=make_lead(), to_owner=None, at=feb(3, 9), by=rep, reason="Back")
    assert told(first_contact("8", office))[0][0].startswith("Last month there was nothing")


def test_it_is_set_beside_what_is_in_force(office, rep, marketing_manager, sales_manager):
    make_sla(commitments=[first_contact("8", office)], agreed=True)
    for hour in (10, 15):
        touch(give(rep, feb(2, 9)), rep, feb(2, hour))
    assert told(first_contact("2", office))[0][0] == (
        "Last month: 1 of 2 would have been kept; 2 by the 8 hours that are in force."
    )


def test_visitors_of_an_event_hear_from_us(office, rep):
    lead = make_lead(owner=rep)
    touch(lead, None, feb(2, 9), kind="event", direction="in")
    touch(lead, rep, feb(3, 9), kind="email")
    row = make_commitment("event_follow_up", "sales", "8", calendar=office)
    assert told(row)[0][0] == "Last month: 1 of 1 would have been kept."


def test_qualified_leads_are_counted_once_each():
    mql = make_stage("mql")
    for at in (feb(1, 0), feb(20, 9), datetime(2026, 3, 1, tzinfo=UTC)):
        lead = make_lead(stage="mql")
        StageChange.objects.create(lead=lead, to_stage=mql, at=at)
    StageChange.objects.create(lead=lead, to_stage=mql, at=feb(10, 9))
    StageChange.objects.create(lead=lead, to_stage=make_stage("sql"), at=feb(10, 9))
    for target, kept in (("3", True), ("4", False)):
        row = make_commitment("volume", "marketing", target)
        assert told(row) == [("Last month: 3 leads became qualified.", kept)]


def test_the_share_of_leads_that_carry_what_is_needed():
    company, whole = make_company(), {"source": "Fair", "created_at": feb(3, 9)}
    whole["company"] = company
    make_lead(**whole)
    make_lead(**whole | {"email": "", "email_key": "", "phone": "+44 20 7946 0000"})
    make_lead(**whole | {"email": "", "email_key": ""})
    make_lead(**whole | {"source": ""})
    for target, kept in (("50", True), ("51", False)):
        text, is_kept = told(make_commitment("completeness", "marketing", target))[0]
        assert text.startswith("Last month: 2 of 4 new leads (50 %) carried name")
        assert is_kept is kept
    assert told(make_commitment("completeness", "sales", "50"))


def test_leads_are_tried_often_enough_before_they_are_given_up(rep):
    for tries in (5, 4):
        lead = make_lead(lost_at=feb(20, 9), lost_reason="No answer", status="lost")
        for day in range(tries):
            touch(lead, rep, feb(3 + day, 9))
    answered = make_lead(lost_at=feb(20, 9), lost_reason="Chose another", status="lost")
    touch(answered, None, feb(5, 9), kind="email", direction="in")
    row = make_commitment("attempts", "sales", "5")
    said = "1 of 2 leads given up without an answer had been tried 5 times or more."
    assert told(row) == [(f"Last month: {said}", False)]
    assert told(make_commitment("attempts", "sales", "4"))[0][1] is True


def test_nothing_happened_is_said_and_judged_by_nobody():
    rows = [make_commitment(kind, "sales", "5") for kind in ("attempts", "completeness")]
    assert [kept for _, kept in told(*rows)] == [None, None]
    assert told(make_commitment("acceptance", "sales", "90")) == [("", None)]


def test_both_teams_see_how_last_month_went(
    office, rep, as_rep, as_marketer, marketing_manager, sales_manager
):
    rows = [first_contact("8", office), make_commitment("volume", "marketing", "10")]
    sla = make_sla(commitments=rows, agreed=True)
    touch(give(rep, feb(2, 9)), rep, feb(2, 10))
    for client in (as_rep, as_marketer):
        page = client.get("/agreement/slas/").content.decode()
        assert "/agreement/slas/measured/" in page
        assert "No clock of this kind" not in page
        text = client.get("/agreement/slas/measured/").content.decode()
        assert "1 of 1 were kept" in text
        assert "0 leads became qualified" in text
        assert "Missed" in text
        tried = f"{sla.get_absolute_url()}revisions/1/tried/"
        page = client.get(sla.get_absolute_url()).content.decode()
        assert tried in page
        assert "A lead assigned on" in page
        assert "1 of 1 were kept" in client.get(tried).content.decode()


def test_a_preview_in_the_admin_tries_it_on_real_leads(office, rep, as_sales_manager):
    sla = make_sla(commitments=[first_contact("8", office)], by=as_sales_manager.user)
    touch(give(rep, feb(2, 9)), rep, feb(2, 15))
    page = as_sales_manager.get(f"/admin/slas/sla/{sla.pk}/change/").content.decode()
    assert "1 of 1 would have been kept" in page


def test_a_clock_is_judged_by_the_moment_at_which_it_would_have_run_out(
    office, marketing_manager, sales_manager
):
    """What runs out at lunch is late in the break, in life and in the example alike."""
    clock = make_clock(at=feb(6, 16, 30))
    stop_clock(clock=clock, at=feb(9, 13))
    text = told(make_commitment("feedback_answer", "marketing", "4.5", calendar=office))[0][0]
    assert text.startswith("Last month: 0 of 1 clock of this kind would have been met")


def test_many_leads_cost_as_many_queries_as_one(
    office, rep, as_rep, marketing_manager, sales_manager, django_assert_num_queries
):
    make_sla(commitments=[first_contact("8", office)], agreed=True)
    make_user("rep")
    counts = []
    for number in (1, 9):
        for _ in range(number):
            touch(give(rep, feb(2, 9)), rep, feb(2, 10))
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            as_rep.get("/agreement/slas/measured/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
