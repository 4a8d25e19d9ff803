from __future__ import annotations

import errno

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from leads.intake.models import Import
from portal.jobs.models import Job
from portal.operations import health
from tests.factories import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(settings, tmp_path) -> Client:
    """Somebody without an account, on a portal whose parts are all there."""
    settings.BROKER_URL, settings.BROKER_DIR = "", tmp_path
    (tmp_path / "messages").mkdir()
    return Client()


def test_the_process_answers_without_asking_anything(stranger, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = stranger.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_it_is_ready_when_every_part_is(stranger):
    answer = stranger.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "broker": "ok", "migrations": "ok"},
        "failing": [],
    }
    assert "no-store" in answer["Cache-Control"]


def test_it_names_what_fails_and_not_why(stranger, monkeypatch):
    def refuse() -> None:
        raise OperationalError("no space left on /secret/disk")

    monkeypatch.setitem(health.PROBES, "database", refuse)
    answer = stranger.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["failing"] == ["database"]
    assert b"secret" not in answer.content


def _away(execute, sql, params, many, context):
    raise OperationalError("no space left on /secret/disk")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/login/", "text/html; charset=utf-8"),
        ("/leads/", "text/html; charset=utf-8"),
        ("/api/v1/leads/", "application/problem+json"),
        ("/hooks/in/hook_x/", "application/problem+json"),
    ],
)
def test_without_the_database_it_says_when_to_try_again(rep, path, kind):
    client = Client(raise_request_exception=False)
    client.force_login(rep)
    with connection.execute_wrapper(_away):
        answer = client.post(path, "{}", content_type="application/json")
        alive = Client().get("/healthz")

    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (503, kind, "10")
    assert b"secret" not in answer.content
    assert alive.status_code == 200
    assert client.get("/leads/").status_code == 200


def test_a_full_disk_says_when_to_try_again(marketer, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left", "/secret/disk")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    client = Client(raise_request_exception=False)
    client.force_login(marketer)
    file = SimpleUploadedFile("people.csv", b"email\nana@acme.example\n")

    answer = client.post("/leads/import/", {"kind": "leads", "file": file})

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert b"secret" not in answer.content
    assert not Import.objects.exists()


def test_a_missing_broker_is_seen_within_seconds(stranger, settings):
    settings.BROKER_DIR = settings.BROKER_DIR / "gone"

    assert stranger.get("/readyz").json()["failing"] == ["broker"]


def test_a_database_older_than_the_code_is_seen(stranger, monkeypatch):
    health._migrated_for_good.cache_clear()
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *args: ["0002"])

    assert stranger.get("/readyz").json()["failing"] == ["migrations"]


def test_figures_count_jobs_and_lateness(stranger):
    make_job(queue="bulk")
    make_job(queue="mail", state=Job.State.DEAD)
    text = stranger.get("/metrics").content.decode()

    assert 'accord_jobs{state="queued",queue="bulk"} 1' in text
    assert 'accord_jobs{state="dead",queue="mail"} 1' in text
    assert 'accord_jobs{state="running",queue="hooks"} 0' in text
    assert "# TYPE accord_oldest_due_job_seconds gauge" in text


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, "", 200),
        ({"REMOTE_ADDR": "::1"}, "", 200),
        ({"REMOTE_ADDR": "10.0.0.7"}, "", 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.7"}, "", 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=10.0.0.7"}, "", 403),
        (
            {"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer right-token"},
            "right-token",
            200,
        ),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer wrong"}, "right-token", 403),
        ({"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer "}, "", 403),
    ],
)
def test_figures_are_for_this_machine_or_the_token(stranger, settings, headers, token, status):
    settings.METRICS_TOKEN = token

    assert stranger.get("/metrics", **headers).status_code == status


@pytest.mark.parametrize("name", ["healthz", "readyz", "metrics"])
def test_nothing_can_be_posted_to_them(stranger, name):
    assert stranger.post(reverse(f"operations:{name}")).status_code == 405
