"""Applying what came in: leads in the order of their arrival, touchpoints many at once.

Each event is applied whole, together with the word that it was, or not at
all, with the reason kept; so a crash between the two leaves nothing half done. A touchpoint whose
lead is not known yet waits until the lead appears, whichever way, and lapses after ``PATIENCE``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from leads.erased import CODE, take_turn
from portal.core.errors import RuleViolation
from portal.webhooks.models import Delivery
from portal.webhooks.services.bringing import Refused, Workers
from portal.webhooks.services.receiving import apply_soon, table

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.jobs.models import Job
    from portal.jobs.registry import Checkpoint

log = structlog.get_logger(__name__)

#: As many are applied in one transaction: on SQLite those who send wait meanwhile.
BATCH = 50
#: Seconds for which the database is left to others at most between two transactions.
LONGEST_REST = 0.05
#: How long a touchpoint waits for its lead.
PATIENCE = timedelta(days=30)
#: How long the data of an applied event is kept, for whoever asks why a lead looks as it does.
KEPT = timedelta(days=7)
LAPSED = "No lead with this external id or address appeared within 30 days."
WENT_WRONG = "Something went wrong inside Accord ({error}). Nothing of this event was kept but its data; apply it again later."
_OUTCOME = (
    "state",
    "error",
    "lead_id",
    "applied_at",
    "waiting_since",
    "lead_external_id",
    "lead_email_key",
)


def apply_all(*, job: Job, checkpoint: Checkpoint) -> int:
    """Apply until nothing is left, what waited for a lead that came in the meantime included.

    Two workers may do this at once: both begin with the oldest event that is not applied, and wait
    for each other at each, so that the order is kept.
    """
    done, workers, leads_came = 0, Workers(), True
    while True:
        batch = list(Delivery.objects.to_apply().for_applying()[:BATCH])
        if not batch:
            if not (leads_came and _wake_waiting()):
                return done
            leads_came = False
            continue
        for delivery in batch:
            if delivery.kind == Delivery.Kind.LEAD:
                _step(checkpoint, [delivery], lambda rows: _apply_lead(workers, rows[0]))
                leads_came = True
        touches = [delivery for delivery in batch if delivery.kind == Delivery.Kind.TOUCHPOINT]
        if touches:
            _step(checkpoint, touches, lambda rows: _apply_touches(workers, rows))
        done += len(batch)
        checkpoint(done=done)


def _step(
    checkpoint: Checkpoint, rows: list[Delivery], apply: Callable[[list[Delivery]], None]
) -> None:
    """One transaction: what the events did and that they were applied."""
    began = time.monotonic()
    with transaction.atomic():
        take_turn()
        checkpoint({"after": rows[-1].pk})
        # Who was applied, or taken up by somebody else, in the meantime is left alone.
        fresh = Delivery.objects.select_for_update().filter(pk__in=[row.pk for row in rows])
        states = dict(fresh.order_by("pk").values_list("pk", "state"))
        rows = [row for row in rows if states.get(row.pk) == Delivery.State.NEW]
        if rows:
            apply(rows)
            table().update(
                _OUTCOME, [{n: getattr(row, n) for n in ("id", *_OUTCOME)} for row in rows]
            )
            forgotten = [row.pk for row in rows if not row.keeps_data]
            Delivery.objects.filter(pk__in=forgotten).update(data={}, keeps_data=False)
    if connection.vendor == "sqlite":
        # It has one writer and no queue: who waits looks from time to time, and must find it free.
        time.sleep(min(time.monotonic() - began, LONGEST_REST))


def _apply_lead(workers: Workers, delivery: Delivery) -> None:
    _attempt(delivery, lambda: delivery.applied(workers.bring_lead(delivery).pk, timezone.now()))


def _apply_touches(workers: Workers, rows: Sequence[Delivery]) -> None:
    """All at once; where one of them breaks something, each by itself, so that it takes none with it."""
    try:
        with transaction.atomic():
            workers.bring_touches(rows)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - whichever it is, the next step finds the culprit
        log.warning(
            "deliveries_tried_singly", count=len(rows), exception={"type": type(error).__name__}
        )
        for delivery in rows:
            delivery.state = Delivery.State.NEW
            _attempt(delivery, lambda row=delivery: workers.bring_touches([row]))


def _attempt(delivery: Delivery, act: Callable[[], Any]) -> None:
    """Do it whole or not at all, and keep why not."""
    try:
        with transaction.atomic():
            act()
    except OperationalError:
        raise
    except (Refused, RuleViolation) as refusal:
        delivery.failed(str(refusal))
        if getattr(refusal, "code", "") == CODE:
            delivery.forget()
    except Exception as error:
        log.exception("delivery_failed", kind=delivery.kind, count=delivery.pk)
        delivery.failed(WENT_WRONG.format(error=type(error).__name__))


def _wake_waiting() -> int:
    return Delivery.objects.whose_lead_came().update(state=Delivery.State.NEW)


@transaction.atomic
def apply_again(*, delivery: Delivery, by: User) -> Delivery:
    """Try a failed or lapsed event once more."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    delivery.apply_again()
    delivery.save(update_fields=["state", "error", "waiting_since"])
    apply_soon(timezone.now())
    log.info("delivery_repeated", count=delivery.pk, user_id=by.pk)
    return delivery


def sweep_deliveries(at: datetime) -> dict[str, int]:
    """Wake what waited for a lead that came, let lapse what waited too long, forget old data."""
    woken = _wake_waiting()
    late = Delivery.objects.waiting().filter(waiting_since__lte=at - PATIENCE)
    lapsed = late.update(state=Delivery.State.LAPSED, error=LAPSED)
    old = Delivery.objects.filter(
        state=Delivery.State.APPLIED, keeps_data=True, applied_at__lte=at - KEPT
    )
    forgotten = old.order_by().update(data={}, keeps_data=False)
    if Delivery.objects.to_apply().exists():
        apply_soon(at)
    return {
        "deliveries_woken": woken,
        "deliveries_lapsed": lapsed,
        "deliveries_forgotten": forgotten,
    }
