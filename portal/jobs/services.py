"""Put work in, take it up, say how far it is, give it back, wake what was forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.jobs.models import Job, Pulse
from portal.jobs.registry import kind_of
from portal.jobs.wakeup import wake

log = structlog.get_logger(__name__)

#: Tries without progress; a checkpoint that moves the cursor starts the count anew.
MAX_ATTEMPTS = 3
#: Most jobs woken in one sweep; the next sweep, ten seconds later, wakes the next ones.
SWEEP_LIMIT = 1000
CRASHED = (
    "The worker stopped {tries} times at the same place. What was done until there is kept; "
    "an administrator can start it again."
)


def enqueue(
    *,
    kind: str,
    args: dict[str, Any] | None = None,
    actor: User | None = None,
    unique_key: str = "",
    run_after: datetime | None = None,
) -> Job:
    """Write the job in the caller's transaction; a worker is woken when that commits.

    With a ``unique_key`` that waiting or running work already has, that work is the answer.
    """
    registered = kind_of(kind)
    if registered is None:
        raise LookupError(f"No handler is registered for jobs of kind {kind}.")
    now = timezone.now()
    fields = {
        "kind": kind,
        "args": args or {},
        "actor": actor,
        "unique_key": unique_key,
        "queue": registered.queue,
        "run_after": run_after or now,
        "woken_at": now,
    }
    try:
        with transaction.atomic():
            queued = Job.objects.create(**fields)
    except IntegrityError:
        return Job.objects.active().get(unique_key=unique_key)
    if queued.run_after <= now:
        transaction.on_commit(partial(wake, queued.pk, queued.queue), robust=True)
    return queued


@transaction.atomic
def cancel_job(*, job: Job, by: User | None) -> Job:
    """End waiting work now, running work at its next checkpoint; what is committed stays."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    before = job.state
    job.cancel(at=timezone.now())
    changed = Job.objects.filter(pk=job.pk, state=before).update(
        cancel_requested=True, state=job.state, finished_at=job.finished_at
    )
    if not changed:  # A worker took it in between: ask the worker.
        Job.objects.active().filter(pk=job.pk).update(cancel_requested=True)
    job.refresh_from_db()
    log.info("job_cancel_requested", job=job.pk, kind=job.kind, user_id=by.pk if by else None)
    return job


@transaction.atomic
def retry_job(*, job: Job, by: User | None) -> Job:
    """Queue failed work again; it goes on at its cursor."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    job.retry(at=timezone.now())
    job.save()
    transaction.on_commit(partial(wake, job.pk, job.queue), robust=True)
    log.info("job_retried", job=job.pk, kind=job.kind, user_id=by.pk if by else None)
    return job


def sweep_jobs(at: datetime | None = None) -> dict[str, int]:
    """Bury what crashed too often, end what was cancelled, wake what nobody works on."""
    at = at or timezone.now()
    dead = Job.objects.expired(at).filter(attempts__gte=MAX_ATTEMPTS, cancel_requested=False)
    buried = dead.update(
        state=Job.State.DEAD,
        lease_owner="",
        lease_until=None,
        finished_at=at,
        error=CRASHED.format(tries=MAX_ATTEMPTS),
    )
    cancelled = (
        Job.objects.expired(at)
        .filter(cancel_requested=True)
        .update(state=Job.State.CANCELLED, lease_owner="", lease_until=None, finished_at=at)
    )
    woken = list(
        Job.objects.unheard(at).order_by("run_after").values_list("pk", "queue")[:SWEEP_LIMIT]
    )
    Job.objects.filter(pk__in=[pk for pk, _ in woken]).update(woken_at=at)
    for pk, queue in woken:
        wake(pk, queue)
    if buried:
        log.error("jobs_given_up", count=buried)
    return {"jobs_woken": len(woken), "jobs_given_up": buried, "jobs_cancelled": cancelled}


def prune_jobs(*, older_than: timedelta = timedelta(days=90)) -> int:
    """Delete finished jobs that nobody will ask about any more; given-up ones stay."""
    ended = Job.objects.filter(state__in=[Job.State.DONE, Job.State.CANCELLED])
    return ended.filter(finished_at__lt=timezone.now() - older_than).delete()[0]


def beat(name: str) -> None:
    """A sign of life, from inside the work."""
    Pulse.objects.update_or_create(name=name, defaults={"beat_at": timezone.now()})
