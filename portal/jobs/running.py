"""One job, from taking the lease to giving it back."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.core.errors import RuleViolation
from portal.jobs.models import Job
from portal.jobs.registry import Kind, kind_of
from portal.jobs.services import MAX_ATTEMPTS

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
HEARTBEAT_SECONDS = 15.0
#: How long to wait after the first, the second… failed try.
BACK_OFF = (timedelta(seconds=10), timedelta(seconds=60), timedelta(seconds=300))
GIVEN_UP = (
    "This did not work {tries} times in a row ({error}). What was done until there is kept; "
    "an administrator can start it again."
)
#: Set when this process is asked to end: running jobs stop at their next checkpoint.
stopping = threading.Event()


class Stop(Exception):
    """The work must end at this checkpoint. Handlers let it pass."""


class LostLease(Stop):
    """Somebody else has taken the job over; nothing may be written any more."""


class Cancelled(Stop):
    """A person asked for the end."""


class Interrupted(Stop):
    """This process is ending; the job goes back to the queue as it stands."""


def run_job(job_id: int) -> str | None:
    """Take the job and run it. The state it ended in; None when there was nothing to take."""
    if stopping.is_set():
        return None
    owner = f"{socket.gethostname()[:24]}:{os.getpid()}:{secrets.token_hex(6)}"
    job = take(job_id, owner)
    if job is None:
        return None
    kind = kind_of(job.kind)
    if kind is None:
        return _end(job, Job.State.DEAD, error=f"This version knows no work called {job.kind}.")
    if refusal := _refused(job, kind):
        return _end(job, Job.State.FAILED, error=refusal)
    started = time.monotonic()
    log.info("job_started", job=job.pk, kind=job.kind, attempt=job.attempts)
    state = _carry_out(job, kind)
    log.info(
        "job_ended",
        job=job.pk,
        kind=job.kind,
        state=state,
        seconds=round(time.monotonic() - started, 3),
    )
    return state


def take(job_id: int, owner: str) -> Job | None:
    """Lease the job by one conditional update, so that of many workers one gets it."""
    now = timezone.now()
    taken = Job.objects.takeable(now).filter(pk=job_id, attempts__lt=MAX_ATTEMPTS)
    changed = taken.update(
        state=Job.State.RUNNING,
        lease_owner=owner,
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", now),
    )
    return Job.objects.select_related("actor").get(pk=job_id) if changed else None


class LeasedCheckpoint:
    """The fenced progress of one job that this worker holds."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __call__(
        self,
        cursor: dict[str, Any] | None = None,
        *,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
    ) -> None:
        if stopping.is_set():
            raise Interrupted
        news: dict[str, Any] = {"lease_until": timezone.now() + LEASE}
        if cursor is not None:
            news["cursor"] = cursor
            if cursor != self.job.cursor:
                news["attempts"] = 1
        named = {"progress_done": done, "progress_total": total, "message": message}
        news |= {name: value for name, value in named.items() if value is not None}
        if message is not None:
            news["message"] = message[:300]
        mine = Job.objects.held_by(self.job.lease_owner).filter(pk=self.job.pk)
        if not mine.filter(cancel_requested=False).update(**news):
            raise Cancelled if mine.exists() else LostLease
        for name, value in news.items():
            setattr(self.job, name, value)


def _carry_out(job: Job, kind: Kind) -> str:
    try:
        with _heartbeat(job, kind.max_seconds):
            kind.handler(job, LeasedCheckpoint(job))
    except Cancelled:
        return _end(
            job, Job.State.CANCELLED, message="Cancelled. What was done until then is kept."
        )
    except Interrupted:
        return _give_back(job, attempts=job.attempts - 1)
    except LostLease:
        log.warning("job_lease_lost", job=job.pk, kind=job.kind)
        return "lost"
    except RuleViolation as refusal:
        return _end(job, Job.State.FAILED, error=refusal.message)
    except Exception as error:
        log.exception("job_failed", job=job.pk, kind=job.kind, attempt=job.attempts)
        return _failed(job, error)
    return _end(job, Job.State.DONE)


def _refused(job: Job, kind: Kind) -> str:
    """Rights count when the work starts, not only when it was asked for."""
    if job.actor is None:
        return ""
    if not job.actor.is_active:
        return "The person who asked for this can no longer sign in."
    if kind.requires and not job.actor.has_perm(kind.requires):
        return "The person who asked for this may no longer do it."
    return ""


def _end(job: Job, state: Job.State, *, error: str = "", message: str = "") -> str:
    news: dict[str, Any] = {"error": error[:500], "finished_at": timezone.now()}
    if message:
        news["message"] = message
    return _release(job, state, **news)


def _give_back(job: Job, *, attempts: int) -> str:
    return _release(job, Job.State.QUEUED, attempts=max(0, attempts), woken_at=None)


def _failed(job: Job, error: Exception) -> str:
    if job.attempts >= MAX_ATTEMPTS:
        sentence = GIVEN_UP.format(tries=MAX_ATTEMPTS, error=type(error).__name__)
        return _end(job, Job.State.DEAD, error=sentence)
    wait = BACK_OFF[min(job.attempts, len(BACK_OFF)) - 1]
    again = timezone.now() + wait
    return _release(job, Job.State.QUEUED, run_after=again, woken_at=None)


def _release(job: Job, state: Job.State, **news: Any) -> str:
    """Give the lease back; only who still holds it may."""
    held = Job.objects.held_by(job.lease_owner).filter(pk=job.pk)
    if not held.update(state=state, lease_owner="", lease_until=None, **news):
        log.warning("job_lease_lost", job=job.pk, kind=job.kind)
        return "lost"
    return state


@contextmanager
def _heartbeat(job: Job, max_seconds: int) -> Iterator[None]:
    """Extend the lease while the handler works; not for ever, so that hung work is taken over."""
    over = threading.Event()

    def extend() -> None:
        ends = time.monotonic() + max_seconds
        while not over.wait(HEARTBEAT_SECONDS) and time.monotonic() < ends:
            try:
                held = Job.objects.held_by(job.lease_owner).filter(pk=job.pk)
                held.update(lease_until=timezone.now() + LEASE)
            except Exception as error:  # noqa: BLE001 (the next beat may succeed; the fence decides)
                log.warning(
                    "job_heartbeat_missed", job=job.pk, exception={"type": type(error).__name__}
                )
            finally:
                connection.close()

    beats = threading.Thread(target=extend, name=f"lease-{job.pk}", daemon=True)
    beats.start()
    try:
        yield
    finally:
        over.set()
        beats.join(timeout=1)
