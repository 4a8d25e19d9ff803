from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from portal.operations import sweeping, tasks
from portal.operations.management.commands import sweep as command
from tests import processes
from tests.factories import make_job

pytestmark = pytest.mark.django_db
PROMISED = {"warned", "breached", "escalated", "nurtured", "reminded"}


def test_it_prints_one_object_with_everything_promised(capsys):
    call_command("sweep", "--json")

    counts = json.loads(capsys.readouterr().out)
    assert counts.keys() >= PROMISED
    assert all(isinstance(count, int) for count in counts.values())


def test_every_sweeper_gets_the_time_that_was_asked_for(monkeypatch):
    seen = []
    monkeypatch.setattr(sweeping, "SWEEPERS", [lambda at: seen.append(at) or {"warned": 2}])

    call_command("sweep", "--at", "2026-03-01T09:00:00+01:00")

    assert seen == [datetime(2026, 3, 1, 8, tzinfo=UTC)]


def test_a_time_without_zone_is_the_portals_own(settings):
    settings.TIME_ZONE = "Europe/Berlin"

    assert command._moment("2026-07-01T09:00:00").utcoffset().total_seconds() == 7200


def test_one_that_fails_does_not_keep_the_others_from_their_work(monkeypatch, capsys):
    def broken(at: datetime) -> dict[str, int]:
        raise ZeroDivisionError

    monkeypatch.setattr(sweeping, "SWEEPERS", [broken, lambda at: {"reminded": 3}])

    with pytest.raises(CommandError, match="broken"):
        call_command("sweep", "--json")
    assert json.loads(capsys.readouterr().out)["reminded"] == 3


def test_the_timetable_does_the_same_work(monkeypatch):
    seen = []
    monkeypatch.setattr(sweeping, "SWEEPERS", [lambda at: seen.append(at) or {}])

    tasks.sweep.delay()

    assert len(seen) == 1


def test_it_wakes_forgotten_jobs(capsys, monkeypatch):
    monkeypatch.setattr("portal.jobs.services.wake", lambda pk, queue: None)
    make_job()

    call_command("sweep", "--json")

    assert json.loads(capsys.readouterr().out)["jobs_woken"] == 1


@pytest.mark.worker
@pytest.mark.parametrize(("arguments", "status"), [(["--at", "soon"], 2), (["--nonsense"], 2)])
def test_wrong_usage_is_exit_status_two(arguments, status, tmp_path):
    done = processes.run("sweep", *arguments, env=processes.environment(tmp_path))

    assert (done.returncode, done.stdout) == (status, "")
