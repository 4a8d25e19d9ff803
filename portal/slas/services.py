"""The acts around service levels: starting and stopping clocks, sweeping them, coming into force."""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from portal.accounts.models import User
from portal.accounts.roles import Department
from portal.core.errors import RuleViolation
from portal.documents.models import Revision
from portal.notifications.services import Message, notify_each
from portal.slas.calendars import work_calendar, zone_of
from portal.slas.examples import moment_text
from portal.slas.models import Clock, Commitment
from portal.slas.promises import promises
from portal.todo.models import Task
from portal.todo.services import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from portal.slas.clock import WorkCalendar
    from portal.slas.models import Calendar, Sla
    from portal.slas.promises import Promise
    from portal.slas.querysets import ClockQuerySet

#: Clocks handled in one transaction: enough to be quick, few enough to hold no lock for long.
CHUNK = 500
#: The other side is told when this share of the time has passed without an answer.
ESCALATE_PERCENT = 150
#: Days within which what was agreed to be done after a breach must be done.
REMEDIATION_DAYS = 7


# --- clocks ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Timed:
    """One thing for which time runs: what it is, where it stands, who owes it."""

    title: str
    url: str
    owner: User | None = None


@transaction.atomic
def start_clock(
    *,
    commitment: str,
    department: str,
    title: str,
    url: str,
    at: datetime,
    owner: User | None = None,
) -> Clock | None:
    """Time starts to run for ``department``; None when no SLA in force commits it to this.

    ``commitment`` is a timed kind of ``portal.slas.agreement``, such as "feedback_answer".
    """
    timed = [Timed(title, url, owner)]
    started = start_clocks(commitment=commitment, department=department, timed=timed, at=at)
    return started[0] if started else None


@transaction.atomic
def start_clocks(
    *, commitment: str, department: str, timed: Sequence[Timed], at: datetime
) -> list[Clock]:
    """A clock for each, in order, with as many queries as one. Empty where nothing is committed."""
    found = Commitment.objects.of(commitment, department).select_related("calendar").first()
    if found is None or found.calendar is None or not timed:
        return []
    common = Clock(
        commitment=commitment,
        revision_id=found.revision_id,
        calendar=found.calendar,
        department=department,
        target_minutes=int(found.target * 60),
        warn_percent=found.warn_percent,
        started_at=at,
    )
    _set_deadlines(common, work_calendar(found.calendar))
    return Clock.objects.bulk_create([_clock_for(each, common) for each in timed])


def _clock_for(timed: Timed, common: Clock) -> Clock:
    clock = copy(common)
    clock._state = copy(common._state)
    clock.owner, clock.title, clock.url = timed.owner, timed.title[:200], timed.url
    return clock


def _set_deadlines(clock: Clock, calendar: WorkCalendar) -> None:
    target, start = clock.target_minutes, clock.started_at
    clock.warn_at = calendar.add_business(start, target * clock.warn_percent // 100)
    clock.due_at = calendar.add_business(start, target)
    clock.escalate_at = calendar.add_business(start, target * ESCALATE_PERCENT // 100)


@transaction.atomic
def stop_clock(*, clock: Clock | None, at: datetime) -> bool:
    """What was owed has been done. False when the clock had stopped before, or never ran."""
    if clock is None:
        return False
    stopped = Clock.objects.running().filter(pk=clock.pk).update(stopped_at=at)
    clock.refresh_from_db(fields=["stopped_at"])
    return bool(stopped)


@transaction.atomic
def hand_clock(*, clock: Clock | None, owner: User | None) -> None:
    """Somebody else owes the answer now; the time goes on."""
    if clock is not None:
        Clock.objects.running().filter(pk=clock.pk).update(owner=owner)


# --- the sweep ------------------------------------------------------------------------------------
def run_clocks(at: datetime) -> dict[str, int]:
    """Warn, breach and escalate whatever is due at ``at``. Safe to run twice, and at once."""
    return {
        "breached": _sweep(lambda: Clock.objects.to_breach(at), "breached_at", _breach, at),
        "warned": _sweep(lambda: Clock.objects.to_warn(at), "warned_at", _warn, at),
        "escalated": _sweep(lambda: Clock.objects.to_escalate(at), "escalated_at", _escalate, at),
    }


def _sweep(
    due: Callable[[], ClockQuerySet],
    mark: str,
    tell: Callable[[list[Clock], datetime], None],
    at: datetime,
) -> int:
    """Mark and tell chunk by chunk. The lock (or SQLite's single writer) gives each clock to one
    sweep; the notices' keys would swallow a second telling anyway."""
    handled = 0
    while True:
        with transaction.atomic():
            locked = due().select_for_update(skip_locked=True, of=("self",))
            clocks = list(locked.select_related("owner", "calendar")[:CHUNK])
            due().filter(pk__in=[clock.pk for clock in clocks]).update(**{mark: at})
            tell(clocks, at)
        handled += len(clocks)
        if len(clocks) < CHUNK:
            return handled


def _managers() -> dict[str, list[User]]:
    found: dict[str, list[User]] = defaultdict(list)
    for side in (Department.MARKETING, Department.SALES):
        found[side] = list(User.objects.managers_of(side))
    return found


def _due_text(clock: Clock) -> str:
    return moment_text(clock.due_at.astimezone(zone_of(clock.calendar)))


def _warn(clocks: list[Clock], at: datetime) -> None:
    managers = _managers() if clocks else {}
    messages = [
        Message(
            [clock.owner] if clock.owner else managers[clock.department],
            f"Due by {_due_text(clock)}: {clock.title}.",
            url=clock.url,
            key=f"clock:{clock.pk}:warned",
        )
        for clock in clocks
    ]
    notify_each(messages, kind="sla_warning")


def _breach(clocks: list[Clock], at: datetime) -> None:
    managers = _managers() if clocks else {}
    messages = [
        Message(
            [*([clock.owner] if clock.owner else []), *managers[clock.department]],
            f"Overdue since {_due_text(clock)}: {clock.title}.",
            url=clock.url,
            key=f"clock:{clock.pk}:breached",
        )
        for clock in clocks
    ]
    notify_each(messages, kind="sla_breach")
    _open_remediation(clocks, managers, at)


def _open_remediation(clocks: list[Clock], managers: dict[str, list[User]], at: datetime) -> None:
    """Put the agreed remediation before its owner: once for a commitment while it is open, however
    many clocks run out."""
    first = {(c.revision_id, c.commitment, c.department): c for c in reversed(clocks)}
    agreed = _agreed_promises({revision for revision, _, _ in first})
    owners = User.objects.active().in_bulk(
        [p.remediation_owner for p in agreed.values() if p.remediation_owner]
    )
    for key, clock in first.items():
        promise = agreed.get(key)
        if promise is None or not promise.remediation:
            continue
        owner = owners.get(promise.remediation_owner)
        ask(
            [owner] if owner else managers[clock.department],
            kind=Task.Kind.OTHER,
            title=f"{promise.remediation} (missed: {promise.label.lower()})",
            key=f"remediation:{clock.revision_id}:{clock.commitment}:{clock.department}",
            url=clock.url,
            due_at=at + timedelta(days=REMEDIATION_DAYS),
        )


def _agreed_promises(revisions: set[int]) -> dict[tuple[int, str, str], Promise]:
    return {
        (row.pk, promise.kind, promise.side): promise
        for row in Revision.objects.filter(pk__in=revisions)
        for promise in promises(row.content)
    }


def _escalate(clocks: list[Clock], at: datetime) -> None:
    managers = _managers() if clocks else {}
    messages = []
    for clock in clocks:
        owing = Department(clock.department)
        text = f"{owing.label} is late since {_due_text(clock)}: {clock.title}."
        key = f"clock:{clock.pk}:escalated"
        messages.append(Message(managers[owing.other_side], text, url=clock.url, key=key))
    notify_each(messages, kind="sla_escalation")


# --- calendars ------------------------------------------------------------------------------------
@transaction.atomic
def calendar_changed(*, calendar: Calendar) -> int:
    """New hours or holidays count for what still runs; what is over stays as it was judged.

    Returns how many deadlines moved.
    """
    rows = Clock.objects.running().filter(calendar=calendar, breached_at=None)
    plain, moved, last = work_calendar(calendar), 0, 0
    while clocks := list(rows.filter(pk__gt=last).select_for_update().order_by("pk")[:CHUNK]):
        moved += _move(rows, clocks, plain)
        last = clocks[-1].pk
    return moved


def require_unnamed(calendar: Calendar) -> None:
    """Refuse to delete a calendar by which an SLA counts, counted or is being written."""
    for revision in Revision.objects.filter(document__kind="slas.sla").iterator():
        if any(promise.calendar == calendar.pk for promise in promises(revision.content)):
            raise RuleViolation(
                f"“{calendar}” cannot be deleted: revision {revision.number} of an SLA counts in it."
            )


def _move(rows: ClockQuerySet, clocks: list[Clock], calendar: WorkCalendar) -> int:
    """Recompute the deadlines of these clocks; a warning that was given stays given."""
    changed = []
    for clock in clocks:
        before = (clock.warn_at, clock.due_at, clock.escalate_at)
        _set_deadlines(clock, calendar)
        if before != (clock.warn_at, clock.due_at, clock.escalate_at):
            changed.append(clock)
    rows.order_by().bulk_update(changed, ["warn_at", "due_at", "escalate_at"])
    return len(changed)


# --- the agreement --------------------------------------------------------------------------------
def project_commitments(*, subject: Sla, revision: Revision, by: User) -> None:
    """What the agreed revision promises counts for every clock that starts from now on."""
    subject.commitments.all().delete()
    rows = [
        Commitment(
            sla=subject,
            revision=revision,
            kind=promise.kind,
            department=promise.side,
            target=promise.target,
            warn_percent=promise.warn_percent,
            calendar_id=promise.calendar,
            position=position,
        )
        for position, promise in enumerate(promises(revision.content))
    ]
    try:
        with transaction.atomic():
            Commitment.objects.bulk_create(rows)
    except IntegrityError as error:
        raise RuleViolation(
            "Meanwhile another SLA that promises the same has been agreed. Change one of the two."
        ) from error


def drop_commitments(*, subject: Sla, by: User) -> None:
    """A retired SLA starts no more clocks; those that run keep running."""
    subject.commitments.all().delete()
