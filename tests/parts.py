"""What this machine has, and a sentence for each thing that it has not."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import SimpleTestCase, TestCase, TransactionTestCase

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def chromium() -> str | None:
    """The browser to drive: the named one, else the system's."""
    named = os.environ.get("ACCORD_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def missing() -> dict[str, str]:
    """Marker → why its tests cannot run here; a marker that is absent can."""
    found = {
        "worker": "" if os.name == "posix" else "Real processes are started on POSIX systems only.",
        "browser": _browser(),
        "postgres": _postgres(),
        "broker": _broker(),
    }
    return {name: why for name, why in found.items() if why}


def required() -> set[str]:
    """Markers that must run here, or the whole run fails: ACCORD_REQUIRE=browser,postgres,broker."""
    return {
        name.strip() for name in os.environ.get("ACCORD_REQUIRE", "").split(",") if name.strip()
    }


def is_plain(item: pytest.Item) -> bool:
    """It touches neither this run's database (pytest-django would refuse it) nor its broker, so
    it says the same on every engine."""
    fixtures = DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    marked = any(item.get_closest_marker(mark) for mark in ("django_db", "postgres", "broker"))
    case = getattr(item, "cls", None)
    is_case = case is not None and issubclass(case, SimpleTestCase)
    return not (fixtures or marked or is_case)


def commits(item: pytest.Item) -> bool:
    """It is not rolled back: it commits, and all tables are emptied after it."""
    mark = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    case = getattr(item, "cls", None)
    is_bare = issubclass(case or object, TransactionTestCase) and not issubclass(case, TestCase)
    return bool(mark and mark.kwargs.get("transaction")) or bool(fixtures) or is_bare


def _browser() -> str:
    if chromium() is None:
        return "There is no Chromium on this machine (on Debian: apt-get install chromium)."
    if importlib.util.find_spec("playwright") is None:
        return "The playwright package is not installed (requirements-dev.lock has it)."
    return ""


def _postgres() -> str:
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        return ""
    return "This run uses SQLite; set DATABASE_URL to a PostgreSQL database."


def _broker() -> str:
    url = urlsplit(settings.REAL_BROKER_URL)
    if not url.hostname:
        return "There is no broker; set ACCORD_BROKER_URL to RabbitMQ or Redis."
    port = url.port or {"amqp": 5672, "amqps": 5671}.get(url.scheme, 6379)
    try:
        socket.create_connection((url.hostname, port), timeout=2).close()
    except OSError:
        return "The broker of ACCORD_BROKER_URL does not answer."
    return ""


@contextmanager
def turn_with_broker() -> Iterator[None]:
    """Wait for the other processes of this run, and of others on this machine, to be done with it."""
    name = hashlib.sha256(settings.REAL_BROKER_URL.encode()).hexdigest()[:12]
    with (Path(tempfile.gettempdir()) / f"accord-tests-broker-{name}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
