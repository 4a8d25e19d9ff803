"""Limits that hold across processes, and in a parallel burst, on any database.

Each key ("sign-in by this name") has as many slots as tries are allowed in the window. A try takes
a slot by one conditional update, or by an insert that a unique constraint decides; so of fifty
tries at the same moment exactly as many pass as there are slots. A slot is free again when the
window has passed since it was taken: the window slides, and no burst fits across its edge.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.models import LimitSlot
from portal.core.errors import TooManyTries

SIGN_IN_WINDOW = timedelta(minutes=15)
#: Asking for a mail: per name, and per address.
RESET_LIMIT, RESET_ADDRESS_LIMIT, RESET_WINDOW = 5, 50, timedelta(hours=1)
#: When a slot counts as never taken.
LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.get_fixed_timezone(0))


@dataclass(frozen=True, slots=True)
class Taken:
    """A slot that a try holds; ``give_back`` frees it when the try was a good one."""

    key: str
    slot: int
    at: datetime

    def give_back(self) -> None:
        LimitSlot.objects.filter(key=self.key, slot=self.slot, taken_at=self.at).update(
            taken_at=LONG_AGO
        )


def take(kind: str, value: str, *, limit: int, window: timedelta, message: str) -> Taken:
    """Take a slot for one try, or raise ``TooManyTries``. Names and addresses are kept hashed."""
    key = hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
    while True:
        now = timezone.now()
        slots = dict(
            LimitSlot.objects.filter(key=key, slot__lt=limit).values_list("slot", "taken_at")
        )
        free = next((n for n in range(limit) if n not in slots or slots[n] <= now - window), None)
        if free is None:
            wait = min(slots.values()) + window - now
            raise TooManyTries(message, retry_after=max(1, int(wait.total_seconds()) + 1))
        if _won(key, free, slots.get(free), now):
            return Taken(key, free, now)


def _won(key: str, slot: int, seen: datetime | None, now: datetime) -> bool:
    if seen is not None:
        return LimitSlot.objects.filter(key=key, slot=slot, taken_at=seen).update(taken_at=now) == 1
    try:
        with transaction.atomic():
            LimitSlot.objects.create(key=key, slot=slot, taken_at=now)
    except IntegrityError:
        return False
    return True


def forget_old(at: datetime) -> int:
    """Delete slots that no window reaches any more; the sweep calls this."""
    return LimitSlot.objects.filter(taken_at__lt=at - timedelta(days=1)).delete()[0]
