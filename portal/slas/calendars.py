"""Stored calendars as business-hours arithmetic understands them, with public holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays

from portal.slas.clock import WorkCalendar, parse_spans
from portal.slas.examples import WEEKDAYS

if TYPE_CHECKING:
    from portal.slas.models import Calendar


@lru_cache(maxsize=1)
def known_countries() -> dict[str, list[str]]:
    """Country code → codes of its regions, for which public holidays are known."""
    return holidays.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    """Days on which a country (or one of its regions) does not work, with their names."""
    if country not in known_countries():
        return {}
    region = subdivision if subdivision in known_countries()[country] else None
    return dict(holidays.country_holidays(country, subdiv=region, years=year).items())


class ClosedDays:
    """A calendar's own closed days and the public ones of its country; asked year by year."""

    def __init__(self, own: frozenset[date], country: str, subdivision: str) -> None:
        self.own, self.country, self.subdivision = own, country, subdivision

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if day in self.own:
            return True
        return bool(self.country) and day in public_holidays(
            self.country, self.subdivision, day.year
        )


def work_calendar(calendar: Calendar) -> WorkCalendar:
    """The plain calendar of a row; one query unless its holidays are prefetched."""
    own = frozenset(holiday.on for holiday in calendar.holidays.all())
    hours = {
        int(day): parse_spans(", ".join(f"{start}-{end}" for start, end in spans))
        for day, spans in calendar.hours.items()
    }
    closed = ClosedDays(own, calendar.country, calendar.subdivision)
    return WorkCalendar(hours, zone_of(calendar), closed)


def zone_of(calendar: Calendar) -> ZoneInfo:
    return ZoneInfo(calendar.time_zone)


def weekday_texts(calendar: Calendar) -> list[tuple[str, str]]:
    """Weekdays with their hours as people write them; closed days are empty."""
    return [
        (name, ", ".join(f"{a}-{b}" for a, b in calendar.hours.get(str(index), [])))
        for index, name in enumerate(WEEKDAYS)
    ]


def closed_days(calendar: Calendar, start: date) -> list[tuple[date, str]]:
    """Holidays within a year from ``start``, public and own, in order."""
    end = start + timedelta(days=365)
    days: dict[date, str] = {}
    for year in (start.year, start.year + 1):
        days |= public_holidays(calendar.country, calendar.subdivision, year)
    days |= {holiday.on: holiday.name for holiday in calendar.holidays.all()}
    return sorted((day, name) for day, name in days.items() if start <= day < end)
