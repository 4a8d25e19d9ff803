"""Leads counted by where they came from. Every figure costs one pass, however many groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Expression, F, QuerySet, Value

from portal.metrics.conversion import COUNTS, CYCLE, IS_WON
from portal.metrics.expressions import attribute_text
from portal.metrics.medians import medians
from portal.metrics.metric import share

#: Groups told apart; the smallest beyond are one group. Keeps memory flat whatever the data.
MOST_GROUPS = 10_000
ATTRIBUTE = "attributes."


@dataclass(slots=True)
class Group:
    """One group and its figures. ``size`` counts the groups in a group of groups."""

    key: Any
    figures: dict[str, Any] = field(default_factory=dict)
    size: int = 0


def dimension(by: str) -> Expression | F:
    """What to group by: a column of the lead, or ``attributes.NAME``."""
    if by.startswith(ATTRIBUTE):
        return attribute_text(by.removeprefix(ATTRIBUTE))
    return F(by)


def totals(leads: QuerySet[Any]) -> dict[str, Any]:
    """All figures over all the leads, not summed from groups."""
    counts = leads.order_by().aggregate(**{m.name: m.aggregate for m in COUNTS})
    won = leads.filter(IS_WON).annotate(k=Value(1), v=CYCLE).values("k", "v")
    return _finished(counts, medians(won).get(1))


def grouped(leads: QuerySet[Any], by: str, *, most: int = MOST_GROUPS) -> list[Group]:
    """The figures of each group, largest group first; the text of a blank one is empty."""
    keyed = leads.order_by().annotate(k=dimension(by))
    counted = (
        keyed.values("k")
        .annotate(**{f"n_{m.name}": m.aggregate for m in COUNTS})
        .order_by("-n_leads", "k")
    )
    days = medians(keyed.filter(IS_WON).annotate(v=CYCLE).values("k", "v"))
    groups = [
        Group(row["k"], _finished({m.name: row[f"n_{m.name}"] for m in COUNTS}, days.get(row["k"])))
        for row in counted[:most]
    ]
    if len(groups) == most:
        groups += _remainder(leads, keyed, groups)
    return groups


def _finished(counts: Mapping[str, Any], days: float | None) -> dict[str, Any]:
    return {**counts, "conversion": share(counts["won"], counts["leads"]), "median_days": days}


def _remainder(leads: QuerySet[Any], keyed: QuerySet[Any], groups: list[Group]) -> list[Group]:
    """What lies beyond the groups told apart, as one group without a median."""
    whole = totals(leads)
    counts = {
        m.name: whole[m.name] - sum(group.figures[m.name] for group in groups) for m in COUNTS
    }
    if not counts["leads"]:
        return []
    number = keyed.aggregate(number=Count("k", distinct=True))["number"]
    return [Group(None, _finished(counts, None), size=number - len(groups))]


def combined(groups: list[Group]) -> Group:
    """Several groups as one. A median cannot be had from medians, so it has none."""
    counts = {m.name: sum(group.figures[m.name] for group in groups) for m in COUNTS}
    return Group(None, _finished(counts, None), size=len(groups))
