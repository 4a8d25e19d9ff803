"""What a condition needs beside the lead: who asks, when, and which rows its names stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any


@dataclass(frozen=True)
class Scene:
    """``rows`` maps a field and a name in the condition to primary keys, ``names`` to words for people.

    Days begin and end in ``zone``. A name that stands for nothing (any more) has no keys.
    """

    now: datetime
    zone: tzinfo
    rows: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def keys(self, name: str, values: tuple[object, ...]) -> list[int]:
        return [key for value in values for key in self.rows.get((name, str(value)), ())]

    def named(self, name: str, value: object) -> str:
        return self.names.get((name, str(value)), str(value))

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def start(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def end(self, day: date) -> datetime:
        """The first moment that is no longer in the day."""
        return self.start(day + timedelta(days=1))


@dataclass(frozen=True)
class Span:
    """From ``start`` to ``end``; either may be open. ``end`` is in it where ``closed``."""

    start: datetime | date | None = None
    end: datetime | date | None = None
    closed: bool = False

    def holds(self, value: datetime | date) -> bool:
        if self.start is not None and value < self.start:
            return False
        if self.end is None:
            return True
        return value <= self.end if self.closed else value < self.end


def moments(op: str, values: tuple[Any, ...], scene: Scene) -> Span:
    """The span of moments that a comparison of a moment means."""
    if isinstance(values[0], int):
        away = timedelta(days=values[0])
        return {
            "in_last": Span(scene.now - away, scene.now, closed=True),
            "older_than": Span(None, scene.now - away),
            "in_next": Span(scene.now, scene.now + away, closed=True),
        }[op]
    first, last = values[0], values[-1]
    return {
        "on": Span(scene.start(first), scene.end(first)),
        "before": Span(None, scene.start(first)),
        "after": Span(scene.end(first), None),
        "between": Span(scene.start(first), scene.end(last)),
    }[op]


def days(op: str, values: tuple[Any, ...], scene: Scene) -> Span:
    """The span of days that a comparison of a day means. "In the last" and "next" include today."""
    today = scene.today
    if isinstance(values[0], int):
        away = timedelta(days=values[0])
        return {
            "in_last": Span(today - away, today, closed=True),
            "older_than": Span(None, today - away),
            "in_next": Span(today, today + away, closed=True),
        }[op]
    first, last = values[0], values[-1]
    return {
        "on": Span(first, first, closed=True),
        "before": Span(None, first),
        "after": Span(first + timedelta(days=1), None),
        "between": Span(first, last, closed=True),
    }[op]
