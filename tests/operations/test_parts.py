"""Every part is plugged in by its address alone, without a line of code."""

from __future__ import annotations

import urllib.parse
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection

from portal.core import addresses
from tests import processes
from tests.operations import sinks


def start_and_ask_for_a_password(folder, env: dict[str, str], said: list[str]) -> None:
    """The whole way of one mail: web server, database, broker, worker, mail server."""
    port = processes.free_port()
    out = folder / "start.out"
    portal = processes.spawn([*processes.MANAGE, "start", "--port", str(port)], env, out)
    try:
        processes.until(lambda: "Accord answers" in out.read_text(), seconds=240, what="a start")
        address = f"http://127.0.0.1:{port}"
        assert processes.answers(address, "/readyz")
        made = processes.run(
            "createsuperuser", "--noinput", "--email", "ada@acme.test", "--name", "Ada",
            env=env | {"DJANGO_SUPERUSER_PASSWORD": "a-long-enough-password"},
        )  # fmt: skip
        assert made.returncode == 0, made.stderr

        processes.Browser(address).post("/password/reset/", email="ada@acme.test")
        processes.until(lambda: said, seconds=30, what="the mail")
    finally:
        processes.end(portal, within=30)
    assert "To: ada@acme.test" in said[0]
    assert f"http://127.0.0.1:{port}/password/reset/key/" in said[0]


@pytest.mark.worker
def test_embedded_parts_and_a_mail_server(tmp_path):
    with sinks.mail_server() as (port, taken):
        env = processes.environment(
            tmp_path,
            ACCORD_EMAIL_URL=f"smtp+plain://127.0.0.1:{port}",
            ACCORD_EMAIL_FROM="a@b.test",
        )
        start_and_ask_for_a_password(tmp_path, env, taken)

    assert "From: a@b.test" in taken[0]


@contextmanager
def empty_database(name: str):
    """A database on the server that this run uses; yields its address."""
    parts = connection.settings_dict
    admin = {"host": parts["HOST"], "port": parts["PORT"] or 5432, "user": parts["USER"]}
    if parts["PASSWORD"]:
        admin["password"] = parts["PASSWORD"]
    with psycopg.connect(**admin, dbname="postgres", autocommit=True) as link:
        link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        link.execute(f'CREATE DATABASE "{name}"')
        secret = f":{urllib.parse.quote(parts['PASSWORD'])}" if parts["PASSWORD"] else ""
        host = f"{parts['HOST']}:{parts['PORT'] or 5432}"
        yield f"postgres://{urllib.parse.quote(parts['USER'])}{secret}@{host}/{name}"
        link.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.worker
@pytest.mark.postgres
@pytest.mark.broker
def test_postgresql_a_broker_and_a_mail_server(tmp_path):
    name = f"{settings.DATABASES['default']['TEST']['NAME']}_start"
    with sinks.mail_server() as (port, taken), empty_database(name) as database:
        env = processes.environment(
            tmp_path,
            DATABASE_URL=database,
            ACCORD_BROKER_URL=settings.REAL_BROKER_URL,
            ACCORD_EMAIL_URL=f"smtp+plain://127.0.0.1:{port}",
        )
        start_and_ask_for_a_password(tmp_path, env, taken)

    assert not (tmp_path / "accord.sqlite3").exists()


def test_files_go_to_a_bucket_and_come_back(tmp_path):
    with sinks.bucket() as (port, kept):
        storage = storages.create_storage(
            addresses.media(tmp_path)(f"s3+http://key:secret@127.0.0.1:{port}/accord?region=here")
        )
        name = storage.save("imports/léads.csv", ContentFile(b"name\nAda\n" * 1000))
        assert list(kept) == [f"/accord/{urllib.parse.quote(name)}"]
        again = storage.save("imports/léads.csv", ContentFile(b"other"))

        assert again != name
        assert storage.open(name).read() == b"name\nAda\n" * 1000
        assert storage.exists(name)
        assert storage.size(again) == 5
        assert "Signature=" in storage.url(name)

        storage.delete(name)
        assert not storage.exists(name)
        assert len(kept) == 1
