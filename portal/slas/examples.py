"""What a commitment means on a day that people know. Plain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.slas.clock import MINUTES_A_DAY, NeverOpen, WorkCalendar
from portal.slas.promises import TOLD, Promise

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: How far to look for a working day before a closed one.
HORIZON = 60
#: The example begins this many minutes before closing time.
BEFORE_CLOSING = 60


@dataclass(frozen=True, slots=True)
class Example:
    """A commitment told with real times; ``sentence`` is for the reader."""

    sentence: str
    start: datetime | None = None
    due: datetime | None = None


def moment_text(at: datetime) -> str:
    """ "Friday 27 March, 16:30" as the clock on the wall of ``at`` shows it."""
    return f"{WEEKDAYS[at.weekday()]} {at.day} {at:%B}, {at:%H:%M}"


def worked_example(promise: Promise, calendar: WorkCalendar | None, today: date) -> Example:
    """A start late on the last working day before a break, the warning and the deadline."""
    if not promise.is_timed:
        return Example(promise.counted_sentence)
    if calendar is None:
        return Example("Choose a calendar: business hours count in one.")
    begin, end = TOLD[promise.kind]
    try:
        start = _telling_start(calendar, today)
        due = calendar.add_business(start, promise.minutes).astimezone(calendar.zone)
        warn_minutes = promise.minutes * promise.warn_percent // 100
        warn = calendar.add_business(start, warn_minutes).astimezone(calendar.zone)
    except NeverOpen:
        return Example("This calendar has no opening hours, so nothing would ever be due.")
    sentence = (
        f"{begin} {moment_text(start)} {end} {moment_text(due)} ({calendar.zone}); "
        f"the warning comes on {moment_text(warn)}."
    )
    return Example(sentence, start, due)


def _telling_start(calendar: WorkCalendar, today: date) -> datetime:
    days = [today + timedelta(days=n) for n in range(HORIZON)]
    working = [day for day in days if calendar.hours_of(day)]
    if not working:
        raise NeverOpen("This calendar has no opening hours.")
    before_a_break = (day for day in working if not calendar.hours_of(day + timedelta(days=1)))
    day = next(before_a_break, working[0])
    opens, closes = calendar.hours_of(day)[-1]
    minute = max(opens, min(closes, MINUTES_A_DAY - 1) - BEFORE_CLOSING)
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=calendar.zone)
