"""Clocks start, stop, warn, run out, are escalated and remedied [R7, R8]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.core.errors import RuleViolation
from portal.documents import services as documents
from portal.notifications.models import Notification
from portal.slas import services
from portal.slas.models import Clock, Commitment
from portal.todo.models import Task
from tests.factories import agree, make_calendar, make_clock, make_commitment, make_sla, make_user

pytestmark = pytest.mark.django_db

THURSDAY = datetime(2026, 3, 26, 9, 0, tzinfo=UTC)


def hours(number, start=THURSDAY):
    return start + timedelta(hours=number)


@pytest.fixture
def utc_calendar():
    return make_calendar("Straight", hours={str(d): [["00:00", "24:00"]] for d in range(7)})


@pytest.fixture
def sla(marketing_manager, sales_manager, utc_calendar):
    """Marketing answers feedback within 8 hours, around the clock."""
    commitment = make_commitment(calendar=utc_calendar, warn_at="50")
    return make_sla("Answers", commitments=[commitment], agreed=True)


def told(kind):
    return {n.recipient for n in Notification.objects.filter(kind=kind)}


def test_a_clock_carries_what_was_agreed_when_it_started(sla):
    clock = make_clock()

    assert clock.revision == sla.document.in_force
    assert (clock.warn_at, clock.due_at, clock.escalate_at) == (hours(4), hours(8), hours(12))


def test_without_an_agreement_no_clock_runs(marketing_manager, sales_manager):
    make_sla("Draft")

    assert (
        services.start_clock(
            commitment="feedback_answer", department="marketing", title="x", url="", at=THURSDAY
        )
        is None
    )
    assert services.stop_clock(clock=None, at=THURSDAY) is False


def test_a_commitment_of_one_side_does_not_bind_the_other(sla):
    assert (
        services.start_clock(
            commitment="feedback_answer", department="sales", title="x", url="", at=THURSDAY
        )
        is None
    )


def test_stopping_twice_keeps_the_first_time(sla):
    clock = make_clock()

    assert services.stop_clock(clock=clock, at=hours(1)) is True
    assert services.stop_clock(clock=clock, at=hours(2)) is False
    assert Clock.objects.get().stopped_at == hours(1)


def test_nothing_happens_before_its_time(sla):
    make_clock()

    assert services.run_clocks(hours(3.9)) == {"warned": 0, "breached": 0, "escalated": 0}
    assert not Notification.objects.filter(kind__startswith="sla").exists()


def test_the_owner_is_warned_once_before_the_time_is_out(sla, marketer):
    make_clock(owner=marketer)

    assert services.run_clocks(hours(4))["warned"] == 1
    assert services.run_clocks(hours(4.5))["warned"] == 0
    assert told("sla_warning") == {marketer}


def test_without_an_owner_the_departments_managers_are_warned(sla, marketing_manager):
    make_clock()

    services.run_clocks(hours(4))

    assert told("sla_warning") == {marketing_manager}


def test_a_breach_tells_owner_and_managers_and_opens_what_was_agreed(
    sla, marketer, marketing_manager
):
    make_clock(owner=marketer)

    assert services.run_clocks(hours(8)) == {"warned": 0, "breached": 1, "escalated": 0}
    assert services.run_clocks(hours(8)) == {"warned": 0, "breached": 0, "escalated": 0}

    assert told("sla_breach") == {marketer, marketing_manager}
    task = Task.objects.get(key__startswith="remediation")
    assert task.owner == marketing_manager
    assert task.title.startswith("Look at the queue together")
    assert task.due_at == hours(8) + timedelta(days=7)


def test_the_named_person_sees_to_the_remediation(marketing_manager, sales_manager, utc_calendar):
    helper = make_user("marketer")
    commitment = make_commitment(calendar=utc_calendar, remediation_owner=helper.pk)
    make_sla(commitments=[commitment], agreed=True)
    make_clock(title="One")
    make_clock(title="Two")

    services.run_clocks(hours(9))

    assert Task.objects.get(key__startswith="remediation").owner == helper


def test_the_other_sides_manager_hears_of_it_later(sla, sales_manager):
    make_clock()

    assert services.run_clocks(hours(11))["escalated"] == 0
    assert services.run_clocks(hours(12))["escalated"] == 1
    assert services.run_clocks(hours(13))["escalated"] == 0
    assert told("sla_escalation") == {sales_manager}


def test_an_answer_in_time_silences_the_clock(sla):
    services.stop_clock(clock=make_clock(), at=hours(1))

    assert services.run_clocks(hours(100)) == {"warned": 0, "breached": 0, "escalated": 0}


def test_after_a_long_silence_everything_comes_once(sla):
    make_clock()

    assert services.run_clocks(hours(500)) == {"warned": 0, "breached": 1, "escalated": 1}
    assert services.run_clocks(hours(501)) == {"warned": 0, "breached": 0, "escalated": 0}


def test_more_clocks_than_a_chunk_are_all_handled(sla, monkeypatch):
    monkeypatch.setattr(services, "CHUNK", 2)
    for number in range(5):
        make_clock(title=f"Question {number}")

    assert services.run_clocks(hours(9))["breached"] == 5


def test_a_new_agreement_changes_what_starts_from_now_on_only(sla, marketing_manager):
    before = make_clock()
    draft = documents.start_draft(subject=sla, by=marketing_manager)
    rows = [draft.content["commitments"][0] | {"target": "2"}]
    documents.edit_draft(
        subject=sla, revision=draft, changes={"commitments": rows}, by=marketing_manager
    )
    draft.refresh_from_db()
    assert make_clock().due_at == hours(8), "a draft counts for nothing"

    agree(sla, draft)

    assert make_clock().due_at == hours(2)
    before.refresh_from_db()
    assert before.due_at == hours(8)
    assert before.revision.number == 1


def test_retiring_an_sla_starts_no_more_clocks(sla, marketing_manager):
    documents.retire(subject=sla, reason="We work in one room now.", by=marketing_manager)

    assert not Commitment.objects.exists()


def test_a_changed_calendar_moves_open_clocks_only(sla, utc_calendar):
    moved, done, missed = make_clock(), make_clock(), make_clock(at=hours(-100))
    services.stop_clock(clock=done, at=hours(1))
    services.run_clocks(hours(-80))
    utc_calendar.holidays.create(on=THURSDAY.date(), name="Founders' day")

    assert services.calendar_changed(calendar=utc_calendar) == 1

    for clock in (moved, done, missed):
        clock.refresh_from_db()
    assert moved.due_at == datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
    assert done.due_at == hours(8)
    assert missed.due_at == hours(-92)


def test_the_same_promise_stands_in_one_sla_only(sla, marketing_manager, sales_manager):
    other = make_sla("Again", commitments=[make_commitment()])

    with pytest.raises(RuleViolation, match="already commits marketing"):
        agree(other)


def test_of_two_slas_in_review_with_the_same_promise_one_comes_into_force(
    marketing_manager, sales_manager
):
    one, two = make_sla("One"), make_sla("Two")
    for subject in (one, two):
        documents.propose(subject=subject, revision=subject.drafts[0], by=marketing_manager)
        documents.sign(subject=subject, revision=subject.proposal, by=marketing_manager)
    documents.sign(subject=one, revision=one.proposal, by=sales_manager)

    with pytest.raises(RuleViolation, match="Meanwhile"):
        documents.sign(subject=two, revision=two.proposal, by=sales_manager)

    two.document.refresh_from_db()
    assert two.document.in_force is None
    assert Commitment.objects.get().sla == one


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"side": ""}, "which side"),
        ({"kind": ""}, "what is committed"),
        ({"calendar": None}, "needs a calendar"),
        ({"target": "0"}, "at least a minute"),
        ({"remediation": ""}, "done when it is missed"),
        ({"kind": "acceptance", "target": "120"}, "100 percent"),
    ],
)
def test_a_half_written_commitment_cannot_be_proposed(parts, sentence, marketing_manager):
    sla = make_sla(commitments=[make_commitment() | parts])

    with pytest.raises(RuleViolation, match=sentence):
        documents.propose(subject=sla, revision=sla.drafts[0], by=marketing_manager)


def test_the_same_commitment_twice_in_one_sla_is_refused(marketing_manager):
    sla = make_sla(commitments=[make_commitment(), make_commitment(target="9")])

    with pytest.raises(RuleViolation, match="promised 2 times"):
        documents.propose(subject=sla, revision=sla.drafts[0], by=marketing_manager)
