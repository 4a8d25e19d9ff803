from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts.roles import Role
from portal.jobs import running
from portal.jobs.models import Job, Pulse
from portal.jobs.running import Cancelled, Interrupted, LeasedCheckpoint, LostLease, run_job, take
from portal.jobs.services import MAX_ATTEMPTS
from tests.factories import make_job, make_user

pytestmark = pytest.mark.django_db


def test_it_goes_on_at_its_cursor():
    job = make_job(args={"batches": 5}, cursor={"next": 3})

    assert run_job(job.pk) == "done"

    job.refresh_from_db()
    assert job.cursor == {"next": 5}
    assert (job.lease_owner, job.lease_until) == ("", None)
    assert job.finished_at >= job.started_at
    assert Pulse.objects.count() == 2


def test_two_workers_never_hold_the_same_job():
    job = make_job()

    assert take(job.pk, "first") is not None
    assert take(job.pk, "second") is None
    assert run_job(job.pk) is None


def test_ended_or_future_work_is_not_taken():
    done = make_job(state=Job.State.DONE)
    future = make_job(run_after=timezone.now() + timedelta(hours=1))

    assert run_job(done.pk) is None
    assert run_job(future.pk) is None


def test_work_of_a_dead_worker_is_taken_over_after_its_lease():
    lapsed = timezone.now() - timedelta(seconds=1)
    job = make_job(state=Job.State.RUNNING, lease_until=lapsed, attempts=1)

    assert run_job(job.pk) == "done"


def test_an_error_is_tried_again_later_and_then_given_up():
    job = make_job(args={"fail_at": 0})
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        assert run_job(job.pk) == "queued"
        job.refresh_from_db()
        waits.append(job.run_after - timezone.now())
        Job.objects.update(run_after=timezone.now())
    assert waits == sorted(waits)
    assert waits[0] > timedelta(seconds=5)

    assert run_job(job.pk) == "dead"

    job.refresh_from_db()
    assert "3 times" in job.error
    assert "rep@example.com" not in job.error
    assert run_job(job.pk) is None


def test_progress_starts_the_count_of_tries_anew():
    job = make_job(args={"batches": 5, "fail_at": 3}, attempts=2)

    assert run_job(job.pk) == "queued"

    job.refresh_from_db()
    assert (job.attempts, job.cursor) == (1, {"next": 3})


def test_a_rule_that_says_no_ends_it_with_its_sentence():
    job = make_job(args={"refuse_at": 1})

    assert run_job(job.pk) == "failed"

    job.refresh_from_db()
    assert job.error == "Row 2 names a campaign that is not there."
    assert job.progress_done == 1


def test_a_kind_that_this_version_does_not_know_is_given_up():
    assert run_job(make_job("tests.forgotten").pk) == "dead"


def test_a_lost_lease_undoes_the_batch_and_writes_nothing():
    job = take(make_job().pk, "first")
    Job.objects.update(lease_owner="second")

    with pytest.raises(LostLease):
        LeasedCheckpoint(job)({"next": 1}, done=1)

    job.refresh_from_db()
    assert (job.lease_owner, job.cursor) == ("second", {})


def test_a_cancelled_job_stops_at_its_next_checkpoint_and_keeps_what_it_did():
    job = make_job(args={"batches": 3})
    seen = []

    def cancel_after_first(checkpoint, *args, **kwargs):
        if seen:
            Job.objects.update(cancel_requested=True)
        seen.append(1)
        return original(checkpoint, *args, **kwargs)

    original = LeasedCheckpoint.__call__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LeasedCheckpoint, "__call__", cancel_after_first)
        assert run_job(job.pk) == "cancelled"

    job.refresh_from_db()
    assert job.cursor == {"next": 1}
    assert Pulse.objects.count() == 1


def test_a_worker_that_ends_gives_the_job_back_where_it_stands():
    job = take(make_job().pk, "me")
    checkpoint = LeasedCheckpoint(job)
    checkpoint({"next": 1})
    running.stopping.set()

    with pytest.raises(Interrupted):
        checkpoint({"next": 2})
    assert run_job(make_job().pk) is None


def test_an_interrupted_job_does_not_lose_a_try(monkeypatch):
    job = make_job(args={"batches": 3})

    def stop(*args, **kwargs):
        raise Interrupted

    monkeypatch.setattr(LeasedCheckpoint, "__call__", stop)
    assert run_job(job.pk) == "queued"

    job.refresh_from_db()
    assert (job.attempts, job.woken_at, job.lease_owner) == (0, None, "")


def test_cancel_is_told_apart_from_a_lost_lease():
    job = take(make_job().pk, "me")
    Job.objects.update(cancel_requested=True)

    with pytest.raises(Cancelled):
        LeasedCheckpoint(job)(done=1)


def test_rights_count_when_the_work_starts():
    rep, marketer = make_user(Role.REP), make_user(Role.MARKETER)

    assert run_job(make_job("tests.allowed", actor=marketer).pk) == "done"
    assert run_job(make_job("tests.allowed", actor=rep).pk) == "failed"

    marketer.is_active = False
    marketer.save()
    refused = make_job("tests.allowed", actor=marketer)
    assert run_job(refused.pk) == "failed"
    refused.refresh_from_db()
    assert "no longer sign in" in refused.error
    assert refused.cursor == {}


def test_the_lease_is_renewed_while_the_work_goes_on(monkeypatch, transactional_db):
    monkeypatch.setattr(running, "HEARTBEAT_SECONDS", 0.02)
    monkeypatch.setattr(running, "LEASE", timedelta(seconds=1))
    job = make_job(args={"batches": 1, "seconds": 0.3})
    beats = []
    original = Job.objects.held_by
    monkeypatch.setattr(
        type(Job.objects), "held_by", lambda *args: beats.append(1) or original(args[-1])
    )

    assert run_job(job.pk) == "done"
    assert len(beats) > 4
