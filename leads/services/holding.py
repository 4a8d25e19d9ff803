"""Whoever writes touches of the same person or visitor takes turns until their transaction ends.

Bursts, joining and sources are judged from all touches of one subject; two writers who do not see
each other would each judge half. Held by buckets in one order, so that nobody waits in a circle.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from django.db import connection

BUCKETS = 64
_SPACE = 0x6C656164  # a number space of our own among the advisory locks


def hold_subjects(names: Iterable[str]) -> None:
    """Wait for the others who write about these. SQLite has one writer anyway."""
    if connection.vendor != "postgresql":
        return
    buckets = sorted({zlib.crc32(name.encode()) % BUCKETS for name in names})
    if buckets:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket",
                [_SPACE, buckets],
            )
