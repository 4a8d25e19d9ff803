"""A worker killed between the answer and the end loses no event and applies none twice."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import Lead, Touchpoint
from portal.jobs.models import Job
from portal.webhooks.models import Delivery
from tests import processes
from tests.factories import lead_event, make_hook, touch_event
from tests.webhooks.test_receive import post

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
PEOPLE = 60


@pytest.fixture
def start(tmp_path):
    """Start a worker and sweep once, which sends the wake-up; all workers end with the test."""
    env = processes.environment(tmp_path, **processes.test_database())
    started = []
    assert processes.run("prepare", env=env).returncode == 0

    def start():
        command = [*processes.CELERY, "worker", "--pool", "threads", "-c", "2", "-Q", "hooks"]
        started.append(processes.spawn(command, env, tmp_path / "worker.out"))
        Job.objects.update(woken_at=None)
        assert processes.run("sweep", env=env).returncode == 0
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def applied():
    return Delivery.objects.filter(state="applied").count()


def test_every_event_that_was_answered_is_applied_once(start, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    _, path = make_hook()
    people = [lead_event(f"l{n}", email=f"p{n}@acme.example", notes="Hello") for n in range(PEOPLE)]
    visits = [touch_event(f"t{n}", **{"lead.email": f"p{n}@acme.example"}) for n in range(PEOPLE)]
    assert post(path, visits + people).status_code == 202

    for reached in (5, 25):
        worker = start()
        processes.until(lambda: applied() >= reached, what=f"event {reached}")  # noqa: B023
        processes.end(worker, signal.SIGKILL)
        lapsed = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(state="running").update(lease_until=lapsed)
    start()
    processes.until(lambda: applied() == 2 * PEOPLE, what="the end")

    assert Lead.objects.count() == PEOPLE
    assert sum(lead.notes_written.count() for lead in Lead.objects.all()) == PEOPLE
    assert Touchpoint.objects.exclude(lead=None).count() == PEOPLE
