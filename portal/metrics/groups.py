"""Leads counted by where they came from. Every figure costs one pass, however many groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Expression, F, QuerySet

from portal.metrics.conversion import COUNTS, CYCLE, IS_WON
from portal.metrics.expressions import Aside, attribute_text
from portal.metrics.medians import Medians, medians_and_whole
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


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The figures of each group, largest group first, and those of all leads together."""

    groups: list[Group]
    whole: dict[str, Any]


def dimension(by: str) -> Expression:
    """What to group by: a column of the lead, or ``attributes.NAME``."""
    if by.startswith(ATTRIBUTE):
        return attribute_text(by.removeprefix(ATTRIBUTE))
    return Aside(F(by))


def tabulated(leads: QuerySet[Any], by: str, *, most: int = MOST_GROUPS) -> Tabulated:
    """The figures by group and in all, in two queries; the text of a blank group is empty.

    Every lead is in one group, so what the groups count is what there is in all.
    """
    keyed = leads.order_by().annotate(k=dimension(by))
    counted = (
        keyed.values("k")
        .annotate(**{f"n_{m.name}": m.aggregate for m in COUNTS})
        .order_by("-n_leads", "k")
    )
    days = medians_and_whole(keyed.filter(IS_WON).annotate(v=CYCLE).values("k", "v"))
    groups = [
        Group(
            row["k"],
            finished({m.name: row[f"n_{m.name}"] for m in COUNTS}, days.by_group.get(row["k"])),
        )
        for row in counted[:most]
    ]
    if len(groups) == most:
        return _cut_off(leads, keyed, groups, days)
    return Tabulated(groups, finished(sums(groups), days.whole))


def sums(groups: Iterable[Group]) -> dict[str, int]:
    counts = dict.fromkeys((m.name for m in COUNTS), 0)
    for group in groups:
        for name in counts:
            counts[name] += group.figures[name]
    return counts


def finished(counts: Mapping[str, Any], days: float | None) -> dict[str, Any]:
    return {**counts, "conversion": share(counts["won"], counts["leads"]), "median_days": days}


def _cut_off(
    leads: QuerySet[Any], keyed: QuerySet[Any], groups: list[Group], days: Medians
) -> Tabulated:
    """What lies beyond the groups told apart is one group without a median."""
    whole = leads.order_by().aggregate(**{m.name: m.aggregate for m in COUNTS})
    shown = sums(groups)
    counts = {name: whole[name] - shown[name] for name in shown}
    if counts["leads"]:
        number = keyed.aggregate(number=Count("k", distinct=True))["number"]
        groups = [*groups, Group(None, finished(counts, None), size=number - len(groups))]
    return Tabulated(groups, finished(whole, days.whole))


def combined(groups: list[Group]) -> Group:
    """Several groups as one. A median cannot be had from medians, so it has none."""
    return Group(None, finished(sums(groups), None), size=len(groups))
