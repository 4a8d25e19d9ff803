"""Days where the deployment is, as SQL that triggers, folding and reading share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from portal.metrics.expressions import is_utc
from portal.metrics.models import NO_DAYS, LeadTally

Span = LeadTally.Span
#: The first day of all time.
EVER = date.min


def zone() -> str:
    return str(timezone.get_default_timezone())


def day(moment: str) -> str:
    if connection.vendor == "postgresql":
        return f"({moment} AT TIME ZONE '{zone()}')::date"
    if is_utc(timezone.get_default_timezone()):
        return f"SUBSTR({moment}, 1, 10)"
    return f"django_datetime_cast_date({moment}, '{zone()}', 'UTC')"


def month(moment: str) -> str:
    if connection.vendor == "postgresql":
        return f"date_trunc('month', {moment} AT TIME ZONE '{zone()}')::date"
    return f"SUBSTR({day(moment)}, 1, 7) || '-01'"


def ever() -> str:
    return f"'{EVER.isoformat()}'::date" if connection.vendor == "postgresql" else f"'{EVER}'"


def days_between(start: str, end: str) -> str:
    if connection.vendor == "postgresql":
        return f"({day(end)} - {day(start)})"
    return f"CAST(julianday({day(end)}) - julianday({day(start)}) AS INTEGER)"


def days_to_won() -> str:
    """Of a row of leads or of their changes."""
    days = days_between("created_at", "converted_at")
    return f"CASE WHEN status = 'won' AND converted_at IS NOT NULL THEN {days} ELSE {NO_DAYS} END"


def spans_of(first: date | None, last: date | None) -> list[tuple[str, date, date]]:
    """The spans that make up a period: kind, first and last beginning. Months where they fit."""
    if first is None and last is None:
        return [(Span.EVER, EVER, EVER)]
    begin, end = first or date.min, last or date.max
    months_from = begin if begin.day == 1 else _next_month(begin)
    after = date.max if end == date.max else end + timedelta(days=1)
    months_to = after.replace(day=1)
    if months_from >= months_to:
        return [(Span.DAY, begin, end)]
    found: list[tuple[str, date, date]] = [(Span.MONTH, months_from, months_to - timedelta(days=1))]
    if begin < months_from:
        found.append((Span.DAY, begin, months_from - timedelta(days=1)))
    if months_to <= end:
        found.append((Span.DAY, months_to, end))
    return found


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def midnight(day: date) -> datetime:
    """The moment at which a day begins where the deployment is."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
