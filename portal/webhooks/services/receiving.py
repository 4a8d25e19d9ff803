"""Taking events in: stored first, answered then, applied later.

What is done here is what the sender waits for, so it is little: one look-up by digest, one
conditional update that counts, one insert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leads.intake.writing import Table
from portal.core.errors import TooManyTries
from portal.jobs.models import Job
from portal.jobs.services import enqueue
from portal.webhooks.events import Event
from portal.webhooks.models import Delivery, Hook
from portal.webhooks.secrets import Safe, digest_of, is_signed

APPLY = "webhooks.apply"
NEXT, LATER = f"{APPLY}.next", timedelta(seconds=5)
TOO_MANY = "This webhook sends more events than it may. Send them again in a minute."
SHOWN = 100


@dataclass(frozen=True)
class Receipt:
    """What became of the events: ``differing`` are ids that came before with another body."""

    accepted: int
    repeated: int
    differing: Sequence[str] = field(default_factory=tuple)


def hook_of(token: str, headers: Mapping[str, str], body: bytes) -> Hook | None:
    """The hook whose token and, where it has a secret, signature are right. None tells no more."""
    at = timezone.now()
    hook = Hook.objects.known_by(digest_of(token), at)
    if hook is None or not hook.is_signed:
        return hook
    secret = Safe(settings.SECRET_KEY).opened(hook.secret)
    is_right = bool(secret) and is_signed(secret, dict(headers), body, now=at.timestamp())
    return hook if is_right else None


def receive_events(*, hook: Hook, events: Sequence[Event]) -> Receipt:
    """Store the events durably. An id that came before changes nothing, whatever stands in it."""
    at = timezone.now()
    with transaction.atomic():
        _count(hook, len(events), at)
        accepted = _store(hook, events, at)
        if accepted:
            apply_soon(at)
        differing = _differing(hook, events, at) if accepted < len(events) else ()
    return Receipt(accepted, len(events) - accepted, differing)


def minute_of(at: datetime) -> int:
    return int(at.timestamp() // 60)


def _count(hook: Hook, number: int, at: datetime) -> None:
    """Count the events of this minute by a conditional update, so that a parallel burst is counted too."""
    minute = minute_of(at)
    mine = Hook.objects.filter(pk=hook.pk)
    fitting = mine.filter(minute=minute, counted__lte=hook.per_minute - number)
    another = mine.exclude(minute=minute)
    # Who loses the race to begin a minute finds it begun.
    if number <= hook.per_minute and (
        fitting.update(counted=F("counted") + number)
        or another.update(minute=minute, counted=number)
        or fitting.update(counted=F("counted") + number)
    ):
        return
    raise TooManyTries(TOO_MANY, retry_after=60 - int(at.timestamp()) % 60)


def apply_soon(at: datetime) -> None:
    """See to it that somebody applies what was just stored.

    A job that is at work may have looked for the last time a moment before this is committed; so
    one more looks a little later.
    """
    keys = Job.objects.active().filter(unique_key__in=[APPLY, NEXT])
    active = set(keys.values_list("unique_key", flat=True))
    if APPLY not in active:
        enqueue(kind=APPLY, unique_key=APPLY)
    elif NEXT not in active:
        enqueue(kind=APPLY, unique_key=NEXT, run_after=at + LATER)


def _store(hook: Hook, events: Sequence[Event], at: datetime) -> int:
    """One statement; the unique id decides between two that come at the same moment."""
    rows = [
        {
            "event_id": event.id,
            "kind": event.kind,
            "data": event.text,
            "fingerprint": event.fingerprint,
            "happened_at": event.happened_at,
        }
        for event in events
    ]
    return table().insert_unless_there({"hook_id": hook.pk, "received_at": at}, rows)


@cache
def table() -> Table:
    """Deliveries as their table; the same for every body."""
    return Table(Delivery, ready={"data"})


def _differing(hook: Hook, events: Sequence[Event], at: datetime) -> tuple[str, ...]:
    """The ids that are here with another body. Kept with them, for whoever looks into it."""
    kept = dict(
        Delivery.objects.filter(hook=hook, event_id__in=[event.id for event in events])
        .order_by()
        .values_list("event_id", "fingerprint")
    )
    found = dict.fromkeys(e.id for e in events if kept.get(e.id) != e.fingerprint)
    if found:
        Delivery.objects.filter(hook=hook, event_id__in=list(found)).update(differed_at=at)
    return tuple(found)[:SHOWN]
