"""A worker killed in the middle of an import loses no row and brings none in twice."""

from __future__ import annotations

import json
import os
import signal
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from leads.intake import services
from leads.intake.models import COUNTS, Import, ImportRow
from leads.models import Lead, StageChange
from portal.accounts.roles import Role
from portal.jobs.models import Job
from tests import processes
from tests.factories import csv_of, make_import, make_stages, make_user

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]
ROWS = 60_000


@pytest.fixture
def start(tmp_path):
    """Start a worker on the test's files and sweep, which wakes it; it ends with the test."""
    env = processes.environment(settings.VAR_DIR, **processes.test_database())
    started = []
    assert processes.run("prepare", env=env).returncode == 0

    def start():
        command = [
            *processes.CELERY,
            "worker",
            "--pool",
            "threads",
            "-c",
            "1",
            "-Q",
            "interactive,bulk",
        ]
        started.append(processes.spawn(command, env, tmp_path / "worker.out"))
        assert processes.run("sweep", env=env).returncode == 0
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def position(run):
    return Import.objects.values_list("position", flat=True).get(pk=run.pk)


def test_rows_in_are_rows_told_of(start, monkeypatch):
    # The wake-up is lost, so that the work waits for the real worker.
    monkeypatch.setattr("portal.jobs.services.wake", lambda *_: None)
    make_stages()
    marketer = make_user(Role.MARKETER)
    rows = [f"r{n},lea{n}@x.example,Firm {n % 50}" for n in range(ROWS - 3)]
    content = csv_of("Record ID,Email,Company", *rows, "r5,lea5@x.example,", "r6,nonsense,", "r7")
    run = make_import(content, by=marketer)
    mapping = services.first_mapping(run=run, by=marketer, written=None, constants={})
    services.save_mapping(run=run, mapping=mapping, by=marketer)
    run = services.start_import(run=run, by=marketer)
    Job.objects.update(woken_at=None)

    for _ in range(2):
        before = position(run)
        worker = start()
        processes.until(lambda: position(run) > before, what="a batch")  # noqa: B023
        processes.end(worker, signal.SIGKILL)
        lapsed = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(pk=run.job_id, state="running").update(lease_until=lapsed, woken_at=None)
    assert 0 < position(run) < ROWS
    start()
    processes.until(
        lambda: Import.objects.get(pk=run.pk).state == "done", what="the end", seconds=180
    )

    run.refresh_from_db()
    assert sum(getattr(run, name) for name in COUNTS) == run.rows == ROWS
    assert (run.created, run.duplicates, run.rejected) == (ROWS - 3, 1, 2)
    assert Lead.objects.count() == StageChange.objects.count() == ROWS - 3
    assert ImportRow.objects.filter(run=run, outcome__in=ImportRow.REFUSED).count() == 3


def test_the_rig_kills_as_often_as_asked_and_counts():
    make_stages()
    env = processes.environment(settings.VAR_DIR, **processes.test_database())

    done = processes.run("kill_imports", "--rows", "20000", "--kills", "4", "--json", env=env)

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert done.stderr.count("killed at") == answer["kills"] == 4
    assert (answer["lost"], answer["doubled"], answer["differences"]) == (0, 0, [])
    assert answer["created"] + answer["duplicates"] + answer["rejected"] == answer["rows"] == 20_000
