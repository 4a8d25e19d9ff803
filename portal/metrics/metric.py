"""What a figure is: a name, a unit, a definition in plain words and one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, QuerySet

#: Units that columns and figures know.
TEXT, LEADS, SHARE, DAYS = "text", "leads", "share", "days"
OPPORTUNITIES, MONEY = "opportunities", "money"
HANDOFFS, HOURS, CLOCKS = "handoffs", "hours", "clocks"

MARKETING, SALES, JOINT = "marketing", "sales", "joint"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. ``function`` computes it over a queryset of leads or opportunities, some of them
    for one stage.

    ``aggregate`` is the same figure as an expression, for counting it by group; figures that are
    computed from others, or are medians, have none.
    """

    name: str
    label: str
    unit: str
    definition: str
    side: str
    function: Callable[..., float | None]
    aggregate: Aggregate | None = None


def counted(name: str, label: str, definition: str, side: str, aggregate: Aggregate) -> Metric:
    """A figure that counts leads."""

    def number(leads: QuerySet[Any]) -> int:
        return leads.order_by().aggregate(number=aggregate)["number"]

    return Metric(name, label, LEADS, definition, side, number, aggregate)


def share(part: float | None, whole: float | None) -> float | None:
    """``part`` ÷ ``whole``; None where there is nothing to divide."""
    return None if part is None or not whole else part / whole
