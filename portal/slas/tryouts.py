"""What other targets would have meant last month, for clocks that ran and for what leads went
through. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from portal.slas.calendars import work_calendar
from portal.slas.examples import Example, worked_example
from portal.slas.measures import Span, count_of, spans_of
from portal.slas.models import Calendar, Clock, Commitment
from portal.slas.promises import Promise, promises

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.slas.clock import WorkCalendar

#: The newest so many clocks are looked at; more would not change what people conclude.
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Tryout:
    """One commitment: its worked example, and last month by its target."""

    promise: Promise
    calendar: Calendar | None
    example: Example
    last_month: str = ""
    is_kept: bool | None = None


def last_month(now: datetime) -> tuple[datetime, datetime]:
    """First instant of the previous calendar month and of this one, in the deployment's zone."""
    this = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    previous = (this - timedelta(days=1)).replace(day=1)
    return previous, this


def _with_calendars(content: Mapping[str, Any]) -> list[tuple[Promise, Calendar | None]]:
    rows = list(promises(content))
    calendars = Calendar.objects.with_holidays().in_bulk([p.calendar for p in rows if p.calendar])
    return [(promise, calendars.get(promise.calendar)) for promise in rows]


def examples(content: Mapping[str, Any], now: datetime) -> list[Tryout]:
    """Every commitment of ``content`` told with real times. Two queries."""
    return [_told(promise, calendar, now) for promise, calendar in _with_calendars(content)]


def _told(promise: Promise, calendar: Calendar | None, now: datetime) -> Tryout:
    plain = work_calendar(calendar) if calendar is not None else None
    return Tryout(promise, calendar, worked_example(promise, plain, timezone.localdate(now)))


def tryouts(content: Mapping[str, Any], now: datetime) -> list[Tryout]:
    """Every commitment of ``content``, told and tried on last month. One or two queries a
    commitment, two for the calendars and two for what is in force."""
    rows = Commitment.objects.select_related("calendar").prefetch_related("calendar__holidays")
    in_force = {row.key: row for row in rows}
    return [_tryout(told, in_force.get(told.promise.key), now) for told in examples(content, now)]


def _tryout(told: Tryout, in_force: Commitment | None, now: datetime) -> Tryout:
    promise, calendar = told.promise, told.calendar
    if not promise.is_timed:
        text, is_kept = _counted(promise, now)
        return replace(told, last_month=text, is_kept=is_kept)
    if calendar is None:
        return told
    plain, spans = work_calendar(calendar), spans_of(promise.kind)
    if spans is None:
        return replace(told, last_month=_by_clocks(promise, plain, now))
    found = spans(promise.side, *last_month(now))
    return replace(told, last_month=_by_spans(promise, plain, in_force, found, now))


def _counted(promise: Promise, now: datetime) -> tuple[str, bool | None]:
    counted = count_of(promise.kind)
    if counted is None:
        return "", None
    figure = counted(promise.side, promise.target, *last_month(now))
    return f"Last month: {figure.sentence}", figure.is_kept


# --- what leads went through --------------------------------------------------------------------------
def kept(
    spans: Iterable[Span], minutes: int, calendar: WorkCalendar, now: datetime
) -> tuple[int, int]:
    """How many were done in time, and how many are decided at all."""
    met = decided = 0
    for span in spans:
        due = calendar.add_business(span.owed_at, minutes)
        is_done = span.done_at is not None and span.done_at <= due
        met += is_done
        decided += is_done or due < now
    return met, decided


def _by_spans(
    promise: Promise,
    calendar: WorkCalendar,
    in_force: Commitment | None,
    spans: Iterable[Span],
    now: datetime,
) -> str:
    rows = list(spans)
    met, decided = kept(rows, promise.minutes, calendar, now)
    if not decided:
        return "Last month there was nothing of this kind, so there is nothing to compare with."
    if in_force is None or in_force.calendar is None:
        return f"Last month: {met} of {decided} would have been kept."
    is_same = int(in_force.target * 60) == promise.minutes
    if is_same and in_force.calendar_id == promise.calendar:
        return f"Last month: {met} of {decided} were kept."
    today, _ = kept(rows, int(in_force.target * 60), work_calendar(in_force.calendar), now)
    hours = f"{in_force.target.normalize():f}"
    return (
        f"Last month: {met} of {decided} would have been kept; "
        f"{today} by the {hours} hours that are in force."
    )


# --- clocks -------------------------------------------------------------------------------------------
def _by_clocks(promise: Promise, calendar: WorkCalendar, now: datetime) -> str:
    clocks = (
        Clock.objects.filter(commitment=promise.kind, department=promise.side)
        .started_between(*last_month(now))
        .order_by("-started_at")[:MOST]
    )
    judged = [_judge(clock, promise, calendar, now) for clock in clocks]
    known = [(met, met_then) for met, met_then in judged if met is not None]
    if not known:
        return "Last month no clock of this kind ran, so there is nothing to compare with."
    clocks_word = "clock" if len(known) == 1 else "clocks"
    met, met_then = sum(m for m, _ in known), sum(t for _, t in known)
    return (
        f"Last month: {met} of {len(known)} {clocks_word} of this kind would have been met; "
        f"{met_then} were met by the targets of that time."
    )


def _judge(
    clock: Clock, promise: Promise, calendar: WorkCalendar, now: datetime
) -> tuple[bool | None, bool]:
    """Whether it would have been met, and whether it was. None while it runs and still may be."""
    due = calendar.add_business(clock.started_at, promise.minutes)
    if clock.stopped_at is None:
        return (None if due >= now else False), False
    return clock.stopped_at <= due, clock.state(now) == "met"
