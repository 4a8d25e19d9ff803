"""Statements that are given up when they take too long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

#: Steps of SQLite's machine between two looks at the clock: a few milliseconds.
STEPS = 50_000
#: What PostgreSQL calls a statement that was cancelled, and SQLite one that was interrupted.
CANCELLED, INTERRUPTED = "57014", "interrupted"


class TookTooLong(Exception):
    """What was read was given up; nothing was changed."""


@contextmanager
def within(seconds: float, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Give up a reading statement that takes longer. Raises ``TookTooLong``.

    For reading only: PostgreSQL takes back what was written within.
    """
    is_postgresql = connections[using].vendor == "postgresql"
    try:
        with (_cancelled if is_postgresql else _interrupted)(seconds, using):
            yield
    except OperationalError as error:
        if _is_given_up(error):
            raise TookTooLong from error
        raise


def _is_given_up(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == CANCELLED or str(error) == INTERRUPTED


@contextmanager
def _cancelled(seconds: float, using: str) -> Iterator[None]:
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}")
        yield
        cursor.execute("SET LOCAL statement_timeout = DEFAULT")


@contextmanager
def _interrupted(seconds: float, using: str) -> Iterator[None]:
    connections[using].ensure_connection()
    link, ends = connections[using].connection, time.monotonic() + seconds
    link.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
    try:
        yield
    finally:
        link.set_progress_handler(None, 0)
