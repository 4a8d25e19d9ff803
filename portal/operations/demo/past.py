"""Acting at an earlier moment, so that the demonstration has a history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Services called inside read ``moment`` as the present. Only for the demonstration command,
    which runs alone in its process."""
    present = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = present
