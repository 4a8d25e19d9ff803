"""Is the portal fit to serve? Each probe returns nothing when well and raises when not."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache

import structlog
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.celery import app
from portal.jobs.services import beat

log = structlog.get_logger(__name__)


class NotReady(Exception):
    """This part cannot do its work now."""


def database() -> None:
    """A real write: a full disk or a standby server reads happily."""
    beat("readiness")


def broker() -> None:
    if not settings.BROKER_URL:
        folder = settings.BROKER_DIR / "messages"
        if not os.access(folder, os.W_OK):
            raise NotReady("The folder of messages cannot be written.")
        return
    with app.connection_for_write(connect_timeout=2) as link:
        link.ensure_connection(max_retries=1, interval_start=0, timeout=2)


def migrations() -> None:
    if not _migrated():
        raise NotReady("The database is older than the code.")


@lru_cache(maxsize=1)
def _migrated_for_good() -> bool:
    return True


def _migrated() -> bool:
    """Asked until the answer is yes: a running process's code does not change."""
    if _migrated_for_good.cache_info().currsize:
        return True
    executor = MigrationExecutor(connection)
    current = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return current and _migrated_for_good()


PROBES: dict[str, Callable[[], None]] = {
    "database": database,
    "broker": broker,
    "migrations": migrations,
}


def readiness() -> dict[str, str]:
    """Each part with ``ok`` or ``failing``. Why it fails is in the log, not in the answer."""
    results = {}
    for name, probe in PROBES.items():
        try:
            probe()
            results[name] = "ok"
        except Exception:
            log.exception("not_ready", kind=name)
            results[name] = "failing"
    return results
