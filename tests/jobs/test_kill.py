"""A worker killed without warning loses no work and does none twice."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from portal.jobs.models import Job, Pulse
from tests import processes
from tests.factories import make_job

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]

EMBEDDED = pytest.param("", id="embedded")
CONFIGURED = pytest.param("configured", id="broker", marks=pytest.mark.broker)


@pytest.fixture(params=[EMBEDDED, CONFIGURED])
def start(request, tmp_path):
    """Start a worker and sweep once, which sends the wake-up; all workers end with the test."""
    env = processes.environment(tmp_path, **processes.test_database())
    if request.param:
        env["ACCORD_BROKER_URL"] = settings.REAL_BROKER_URL
    started = []
    assert processes.run("prepare", env=env).returncode == 0

    def start():
        command = [*processes.CELERY, "worker", "--pool", "threads", "-c", "2"]
        command += ["-Q", "interactive,bulk", "-I", "tests.jobs.counting"]
        started.append(processes.spawn(command, env, tmp_path / "worker.out"))
        assert processes.run("sweep", env=env).returncode == 0
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def progress(job: Job) -> int:
    job.refresh_from_db()
    return job.progress_done


def let_the_lease_lapse(job: Job) -> None:
    """As if its minute had passed."""
    lapsed = timezone.now() - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(lease_until=lapsed, woken_at=None)


def test_a_killed_worker_loses_nothing_and_doubles_nothing(start):
    job = make_job(args={"batches": 80, "seconds": 0.15})
    for reached in (3, 12, 25):
        worker = start()
        processes.until(lambda: progress(job) >= reached, what=f"batch {reached}")  # noqa: B023
        processes.end(worker, signal.SIGKILL)
        job.refresh_from_db()
        assert job.state == Job.State.RUNNING
        let_the_lease_lapse(job)

    start()
    processes.until(lambda: progress(job) == 80 and job.state == Job.State.DONE, what="the end")

    assert Pulse.objects.filter(name__startswith=f"batch {job.pk}.").count() == 80


def test_a_worker_asked_to_end_gives_its_work_back_at_once(start):
    job = make_job(args={"batches": 600, "seconds": 0.1})
    worker = start()
    processes.until(lambda: progress(job) >= 3, what="the third batch")

    processes.end(worker, within=30)

    job.refresh_from_db()
    assert (job.state, job.lease_owner) == (Job.State.QUEUED, "")
    assert job.attempts <= 1
    written = Pulse.objects.filter(name__startswith=f"batch {job.pk}.").count()
    assert written == job.progress_done == job.cursor["next"]
