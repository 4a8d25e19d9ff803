"""How well what was agreed in time was kept [R7, R92]. By team, never by person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, ExtractMonth, ExtractYear
from django.utils import timezone

from portal.accounts.models import User
from portal.metrics.metric import CLOCKS, JOINT, SHARE, Metric, share
from portal.slas.querysets import MET, missed_at

#: Everything that was begun. What runs still counts in neither of the two below.
BEGUN = Count("pk")


def _missed() -> Q:
    return missed_at(timezone.now())


def met(clocks: QuerySet[Any]) -> int:
    return clocks.filter(MET).count()


def missed(clocks: QuerySet[Any]) -> int:
    return clocks.filter(_missed()).count()


def adherence(clocks: QuerySet[Any]) -> float | None:
    """Met ÷ (met + missed); None while nothing is over."""
    kept = met(clocks)
    return share(kept, kept + missed(clocks))


METRICS = (
    Metric(
        "clocks_begun",
        "Begun",
        CLOCKS,
        "Clocks that began in the period, whether or not they still run.",
        JOINT,
        lambda clocks: clocks.count(),
        BEGUN,
    ),
    Metric(
        "clocks_met",
        "Kept",
        CLOCKS,
        "Clocks that were stopped by their deadline, as it was agreed when they began.",
        JOINT,
        met,
        Count("pk", filter=MET),
    ),
    Metric(
        "clocks_missed",
        "Missed",
        CLOCKS,
        "Clocks that were stopped after their deadline, or run on beyond it.",
        JOINT,
        missed,
    ),
    Metric(
        "adherence",
        "Kept of those that are over",
        SHARE,
        "Kept ÷ (kept + missed). What still has time does not count.",
        JOINT,
        adherence,
    ),
)


def _team() -> Subquery:
    """The first team of whoever owes it; nobody's, or somebody without a team: none."""
    members: Any = User.teams.through
    teams = members.objects.filter(user=OuterRef("owner")).order_by("team").values("team")
    return Subquery(teams[:1], output_field=IntegerField())


def _month() -> Any:
    """The month in which it began: 202603 is March of 2026, where the deployment is."""
    zone = timezone.get_default_timezone()
    year = ExtractYear("started_at", tzinfo=zone) * 100
    return Cast(year + ExtractMonth("started_at", tzinfo=zone), IntegerField())


DIMENSIONS: dict[str, Any] = {
    "commitment": lambda: Cast(F("commitment"), CharField()),
    "team": _team,
    "month": _month,
}


def _counts(now: datetime) -> dict[str, Any]:
    return {
        "clocks_begun": BEGUN,
        "clocks_met": Count("pk", filter=MET),
        "clocks_missed": Count("pk", filter=missed_at(now)),
    }


def totals(clocks: QuerySet[Any], now: datetime) -> dict[str, Any]:
    return _finished(clocks.order_by().aggregate(**_counts(now)))


def grouped(clocks: QuerySet[Any], by: str, now: datetime) -> list[tuple[Any, dict[str, Any]]]:
    """The figures of each group in one query, in the order of their keys."""
    counted = {f"n_{name}": count for name, count in _counts(now).items()}
    rows = clocks.order_by().annotate(k=DIMENSIONS[by]()).values("k").annotate(**counted)
    return [
        (row["k"], _finished({name: row[f"n_{name}"] for name in _counts(now)}))
        for row in rows.order_by("k")
    ]


def _finished(counts: Mapping[str, Any]) -> dict[str, Any]:
    over = counts["clocks_met"] + counts["clocks_missed"]
    return {**counts, "adherence": share(counts["clocks_met"], over)}
