"""Business-hours arithmetic. Plain: no Django, no database, no "now".

An instant is *open* when the wall clock of the calendar's zone, at that instant, stands inside the
opening hours of that weekday and the day is no holiday. So an hour that the clocks skip in spring
does not count, and an hour that they repeat in autumn counts twice.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

#: Opening and closing time in minutes since midnight; 24:00 is 1440.
Span = tuple[int, int]
Opening = tuple[datetime, datetime]

MINUTES_A_DAY = 1440
DAY = timedelta(days=1)
#: A calendar without an open minute for this long is taken to be closed for good.
PATIENCE = timedelta(days=3660)
LAST_YEAR = 9990


class NeverOpen(ValueError):
    """The calendar has no opening hours left, so no deadline can be computed."""


def parse_spans(text: str) -> tuple[Span, ...]:
    """ "09:00-12:30, 13:30-17:30" in minutes, in order; empty text is a closed day.

    Raises ``ValueError`` with a sentence.
    """
    spans = tuple(sorted(_parse_span(part) for part in text.split(",") if part.strip()))
    for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
        if start < end:
            raise ValueError(f"{minute_text(start)} lies inside the hours before it.")
    return spans


def _parse_span(text: str) -> Span:
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})\s*(?:-|–|to)\s*(\d{1,2})[:.](\d{2})", text.strip())
    if not match:
        raise ValueError(f"“{text.strip()}” is not a pair of times. Write it like 09:00-12:30.")
    h1, m1, h2, m2 = map(int, match.groups())
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if m1 > 59 or m2 > 59 or end > MINUTES_A_DAY:
        raise ValueError(f"“{text.strip()}” names a time that no clock shows.")
    if start >= end:
        raise ValueError(f"“{text.strip()}” ends before it begins. Split a night at 24:00.")
    return start, end


def minute_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def spans_text(spans: tuple[Span, ...]) -> str:
    """The inverse of ``parse_spans``."""
    return ", ".join(f"{minute_text(a)}-{minute_text(b)}" for a, b in spans)


def _naive(at: datetime) -> datetime:
    """The instant in UTC without its zone: plain arithmetic is exact there, and quick."""
    return at.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class WorkCalendar:
    """Opening hours by weekday (0 is Monday), the zone they are meant in, and closed days."""

    hours: Mapping[int, tuple[Span, ...]]
    zone: tzinfo
    holidays: Container[date] = field(default=frozenset())

    def hours_of(self, day: date) -> tuple[Span, ...]:
        """The opening hours of one day; none on holidays."""
        return () if day in self.holidays else self.hours.get(day.weekday(), ())

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.hours_of(local.date()))

    def next_open(self, at: datetime) -> datetime:
        """The first open instant at or after ``at``, in UTC."""
        return next(self._openings(_naive(at)))[0].replace(tzinfo=UTC)

    def add_business(self, start: datetime, minutes: int | Decimal) -> datetime:
        """The first instant, in UTC, by which ``minutes`` of open time have passed since ``start``.

        Time that runs out at closing time ends then, not when the doors open again.
        """
        left = timedelta(microseconds=int(minutes * 60_000_000))
        if left <= timedelta():
            return start.astimezone(UTC)
        for opened, closed in self._openings(_naive(start)):
            if left <= closed - opened:
                return (opened + left).replace(tzinfo=UTC)
            left -= closed - opened
        raise NeverOpen("This calendar has no opening hours.")

    def business_time_between(self, a: datetime, b: datetime) -> timedelta:
        """Open time from ``a`` to ``b``; negative when ``b`` is the earlier one."""
        first, last = _naive(a), _naive(b)
        openings = self._openings(min(first, last), max(first, last))
        passed = sum((closed - opened for opened, closed in openings), timedelta())
        return -passed if last < first else passed

    def business_minutes_between(self, a: datetime, b: datetime) -> float:
        return self.business_time_between(a, b) / timedelta(minutes=1)

    # --- intervals ----------------------------------------------------------------------------
    def _openings(self, at: datetime, until: datetime | None = None) -> Iterator[Opening]:
        """Open intervals from ``at`` on, in order, in naive UTC, clipped to ``until``.

        Goes on forever without ``until``, but for NeverOpen. Each stretch has one UTC offset, so
        local and universal time differ by a constant inside it and order is never in doubt, even
        where the clocks go back over midnight.
        """
        last = at
        while until is None or at < until:
            end, offset = self._stretch(at, until)
            for opening in self._within(at, end, offset):
                last = opening[1]
                yield opening
            if until is None and end - last > PATIENCE:
                raise NeverOpen("This calendar has no opening hours.")
            at = end

    def _offset(self, at: datetime) -> timedelta:
        offset = at.replace(tzinfo=UTC).astimezone(self.zone).utcoffset()
        return offset if offset is not None else timedelta()

    def _stretch(self, at: datetime, until: datetime | None) -> tuple[datetime, timedelta]:
        """Up to a day from ``at`` in which the zone keeps one offset: its end and the offset."""
        if at.year >= LAST_YEAR:
            raise NeverOpen("The deadline lies beyond every calendar.")
        end = at + DAY if until is None else min(at + DAY, until)
        offset = self._offset(at)
        if self._offset(end) == offset:
            return end, offset
        before, after = at, end
        while after - before > timedelta(seconds=1):
            middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2 or 1)
            if self._offset(middle) == offset:
                before = middle
            else:
                after = middle
        return after.replace(microsecond=0), offset

    def _within(self, at: datetime, end: datetime, offset: timedelta) -> Iterator[Opening]:
        first, last = at + offset, end + offset
        midnight = datetime.combine(first.date(), time())
        while midnight < last:
            for opens, closes in self.hours_of(midnight.date()):
                a = max(midnight + timedelta(minutes=opens), first)
                b = min(midnight + timedelta(minutes=closes), last)
                if a < b:
                    yield a - offset, b - offset
            midnight += DAY
