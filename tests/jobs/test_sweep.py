from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.core.errors import RuleViolation
from portal.jobs import services
from portal.jobs.models import Job
from portal.jobs.services import MAX_ATTEMPTS, cancel_job, prune_jobs, retry_job, sweep_jobs
from tests.factories import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch) -> list[int]:
    calls: list[int] = []
    monkeypatch.setattr(services, "wake", lambda pk, queue: calls.append(pk))
    return calls


def test_it_wakes_what_is_due_and_what_a_dead_worker_holds(woken):
    now = timezone.now()
    lost = make_job()
    held = make_job(state=Job.State.RUNNING, lease_until=now - timedelta(seconds=1), attempts=1)
    make_job(run_after=now + timedelta(hours=1))
    make_job(state=Job.State.RUNNING)
    make_job(state=Job.State.DONE)

    assert sweep_jobs()["jobs_woken"] == 2
    assert sorted(woken) == [lost.pk, held.pk]


def test_it_does_not_wake_the_same_job_every_ten_seconds(woken):
    make_job()
    sweep_jobs()
    sweep_jobs()
    assert len(woken) == 1

    sweep_jobs(timezone.now() + timedelta(seconds=31))
    assert len(woken) == 2


def test_a_job_that_kills_its_worker_is_given_up(woken):
    lapsed = timezone.now() - timedelta(seconds=1)
    job = make_job(state=Job.State.RUNNING, lease_until=lapsed, attempts=MAX_ATTEMPTS)

    assert sweep_jobs()["jobs_given_up"] == 1

    job.refresh_from_db()
    assert job.state == Job.State.DEAD
    assert "start it again" in job.error
    assert woken == []


def test_a_cancelled_job_of_a_dead_worker_ends(woken):
    lapsed = timezone.now() - timedelta(seconds=1)
    job = make_job(state=Job.State.RUNNING, lease_until=lapsed, cancel_requested=True)

    sweep_jobs()

    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


def test_cancel_ends_waiting_work_now_and_running_work_soon():
    waiting, running = make_job(), make_job(state=Job.State.RUNNING)

    assert cancel_job(job=waiting, by=None).state == Job.State.CANCELLED
    asked = cancel_job(job=running, by=None)
    assert (asked.state, asked.cancel_requested) == (Job.State.RUNNING, True)
    with pytest.raises(RuleViolation):
        cancel_job(job=waiting, by=None)


def test_given_up_work_can_be_started_again_at_its_cursor(django_capture_on_commit_callbacks):
    job = make_job(
        args={"batches": 3}, state=Job.State.DEAD, attempts=3, cursor={"next": 2}, error="x"
    )

    with django_capture_on_commit_callbacks(execute=True):
        retry_job(job=job, by=None)

    job.refresh_from_db()
    assert (job.state, job.error, job.cursor) == ("done", "", {"next": 3})
    with pytest.raises(RuleViolation):
        retry_job(job=job, by=None)


def test_old_finished_jobs_go_and_given_up_ones_stay():
    long_ago = timezone.now() - timedelta(days=100)
    make_job(state=Job.State.DONE, finished_at=long_ago)
    recent = make_job(state=Job.State.DONE, finished_at=timezone.now())
    dead = make_job(state=Job.State.DEAD, finished_at=long_ago)

    assert prune_jobs() == 1
    assert set(Job.objects.all()) == {recent, dead}


def test_the_sweep_costs_the_same_for_one_job_and_for_ten(woken, django_assert_num_queries):
    for _ in range(10):
        make_job()
    with django_assert_num_queries(4):
        sweep_jobs()
