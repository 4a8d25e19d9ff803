"""What became of the leads that marketing offered to sales [R11]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Aggregate, Count, F, Q, QuerySet, Value

from leads.handoffs.models import Handoff
from portal.metrics.expressions import HoursBetween
from portal.metrics.medians import medians
from portal.metrics.metric import HANDOFFS, HOURS, JOINT, MARKETING, SALES, SHARE, Metric, share

State, Ground = Handoff.State, Handoff.Ground
ACCEPTED, REJECTED = Q(state=State.ACCEPTED), Q(state=State.REJECTED)
ANSWERED = ACCEPTED | REJECTED
HOURS_TAKEN = HoursBetween("offered_at", "answered_at")
#: Grouping → column of the handoff.
DIMENSIONS = {
    "ground": "ground",
    "campaign": "lead__campaign__slug",
    "source": "lead__source",
    "team": "team",
}


def _count(condition: Q) -> Count:
    return Count("pk", filter=condition)


def _metric(name: str, label: str, definition: str, side: str, condition: Q) -> Metric:
    def number(rows: QuerySet[Any]) -> int:
        return rows.filter(condition).count()

    return Metric(name, label, HANDOFFS, definition, side, number, _count(condition))


def acceptance_rate(rows: QuerySet[Any]) -> float | None:
    """Accepted ÷ (accepted + rejected); None where nothing is answered."""
    return share(rows.filter(ACCEPTED).count(), rows.filter(ANSWERED).count())


def hours_to_answer(rows: QuerySet[Any]) -> float | None:
    """Median hours from the offer to its answer; None while nothing is answered."""
    answered = rows.order_by().filter(ANSWERED).annotate(k=Value(1), v=HOURS_TAKEN)
    return medians(answered.values("k", "v")).get(1)


METRICS = (
    _metric(
        "handoffs_offered",
        "Offered",
        "Offers of a lead to somebody in sales, begun in the period. A lead that is passed on or "
        "offered again counts once for each.",
        MARKETING,
        Q(),
    ),
    _metric("handoffs_accepted", "Accepted", "Offers that sales accepted.", SALES, ACCEPTED),
    _metric(
        "handoffs_procedural",
        "Rejected: wrong person",
        "Offers that sales rejected because they were for somebody else.",
        SALES,
        Q(ground=Ground.PROCEDURAL),
    ),
    _metric(
        "handoffs_clerical",
        "Rejected: data",
        "Offers that sales rejected because data was missing or wrong.",
        MARKETING,
        Q(ground=Ground.CLERICAL),
    ),
    _metric(
        "handoffs_definitional",
        "Rejected: criteria",
        "Offers that sales rejected because the lead misses the agreed criteria.",
        JOINT,
        Q(ground=Ground.DEFINITIONAL),
    ),
    _metric(
        "handoffs_expired",
        "Passed on",
        "Offers that were not answered in time, or that a manager gave to somebody else.",
        SALES,
        Q(state=State.EXPIRED),
    ),
    _metric(
        "handoffs_open",
        "Waiting",
        "Offers that wait for an answer today.",
        SALES,
        Q(state=State.OFFERED),
    ),
    Metric(
        "acceptance_rate",
        "Acceptance",
        SHARE,
        "Accepted ÷ (accepted + rejected). What was passed on, taken back or waits does not count. "
        "90 % or more is healthy.",
        JOINT,
        acceptance_rate,
    ),
    Metric(
        "hours_to_answer",
        "Median hours to answer",
        HOURS,
        "The middle number of hours, by the clock on the wall, from the offer to the answer of sales.",
        SALES,
        hours_to_answer,
    ),
)
COUNTED: dict[str, Aggregate] = {m.name: m.aggregate for m in METRICS if m.aggregate is not None}


def totals(rows: QuerySet[Any]) -> dict[str, Any]:
    """All figures over all of them."""
    return _finished(rows.order_by().aggregate(**COUNTED), hours_to_answer(rows))


def grouped(rows: QuerySet[Any], by: str) -> list[tuple[Any, dict[str, Any]]]:
    """The figures of each group, largest first, in two queries."""
    keyed = rows.order_by().annotate(k=F(DIMENSIONS[by]))
    counted = {f"n_{name}": aggregate for name, aggregate in COUNTED.items()}
    found = keyed.values("k").annotate(**counted).order_by("-n_handoffs_offered", "k")
    hours = medians(keyed.filter(ANSWERED).annotate(v=HOURS_TAKEN).values("k", "v"))
    return [
        (row["k"], _finished({n: row[f"n_{n}"] for n in COUNTED}, hours.get(row["k"])))
        for row in found
    ]


def answered_in(figures: Mapping[str, Any]) -> int:
    rejected = ("handoffs_procedural", "handoffs_clerical", "handoffs_definitional")
    return int(figures["handoffs_accepted"] + sum(figures[name] for name in rejected))


def _finished(counts: Mapping[str, Any], hours: float | None) -> dict[str, Any]:
    rate = share(counts["handoffs_accepted"], answered_in(counts))
    rounded = None if hours is None else round(hours, 1)
    return {**counts, "acceptance_rate": rate, "hours_to_answer": rounded}
