"""Trying a model on leads whose outcome is known, without changing anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from leads.filters import LeadFilter
from leads.models import Lead
from leads.scoring import measuring
from leads.scoring.features import outcome_of
from leads.scoring.models import ScoreEntry
from leads.scoring.reading import Opened
from leads.scoring.sets import fetch
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leads.querysets import LeadQuerySet

#: The share of the oldest leads that teach where nothing else is asked.
TO_TRAIN = 0.8
#: How many leads one statement scores.
SLICE = 50_000


@dataclass(frozen=True)
class Tried:
    """Scores with outcomes, lead by lead."""

    leads: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    grades: list[str] = field(default_factory=list)
    ready: list[bool] = field(default_factory=list)
    outcomes: list[bool] = field(default_factory=list)


def chosen(filters: str, reader: User | None = None) -> LeadQuerySet:
    """The leads of a text of filters, as in the API; without a reader, of all."""
    user = reader or User(role=Role.ADMINISTRATOR, is_active=True, is_superuser=True)
    request: Any = RequestFactory().get("/")
    request.user = user
    rows = Lead.objects.permitted(user, "leads.view_lead") if reader else Lead.objects.all()
    asked = LeadFilter(QueryDict(filters.lstrip("?")), queryset=rows, request=request)
    if unknown := asked.unknown():
        raise RuleViolation(f"There is no filter “{unknown[0][:80]}”.", code="filters")
    if not asked.is_valid():
        wrong = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in asked.errors.items())
        raise RuleViolation(f"These filters cannot be used. {wrong}", code="filters")
    try:
        return asked.qs
    except ValidationError as wrong:
        raise RuleViolation(
            f"These filters cannot be used. {' '.join(wrong.messages)}", code="filters"
        ) from None


def split(rows: LeadQuerySet) -> tuple[LeadQuerySet, LeadQuerySet]:
    """The oldest four fifths and the newest fifth, by when they came in."""
    total = rows.count()
    if not total:
        return rows, rows.none()
    edge = rows.order_by("created_at", "pk").values_list("created_at", "pk")
    at, pk = edge[min(total - 1, int(total * TO_TRAIN))]
    newer = rows.filter(created_at__gt=at) | rows.filter(created_at=at, pk__gte=pk)
    older = rows.filter(created_at__lt=at) | rows.filter(created_at=at, pk__lt=pk)
    return older, newer


def score_rows(opened: Opened, rows: LeadQuerySet, goal: str) -> Tried:
    """Every lead scored as of its own end, with whether it came to the goal."""
    won = set(rows.filter(outcome_of(goal)).order_by().values_list("pk", flat=True))
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    tried = Tried()
    for start in range(0, len(keys), SLICE):
        part = keys[start : start + SLICE]
        within = rows.filter(pk__gte=part[0], pk__lte=part[-1])
        for row in fetch(opened, within, revision=None, is_trial=True):
            tried.leads.append(row["lead_id"])
            tried.scores.append(_number(row, opened))
            tried.grades.append(row["grade"])
            tried.ready.append(row["is_ready"])
            tried.outcomes.append(row["lead_id"] in won)
    return tried


def _number(row: dict[str, Any], opened: Opened) -> float:
    """The score; among equal scores the points decide, which the percent rounds away."""
    if row["is_ruled_out"]:
        return -1.0
    return row["score"] + sum(row["points"].values()) / 1e9


def measured(tried: Tried, curve: measuring.Curve) -> dict[str, Any]:
    """How well the scores foretell, by a curve that other leads taught."""
    return measured_by(tried, [curve.at(score) for score in tried.scores])


def measured_by(tried: Tried, chances: Sequence[float]) -> dict[str, Any]:
    """The figures of the contract, and what is shown beside them."""
    found = measuring.area(tried.scores, tried.outcomes)
    total, won = len(tried.outcomes), sum(tried.outcomes)
    wrong = measuring.brier(chances, tried.outcomes)
    return {
        "auc": _rounded(found.auc),
        "interval": [_rounded(found.low), _rounded(found.high)],
        "signal": found.has_signal,
        "said": said_of(found, total, won),
        "brier": _rounded(wrong),
        "base_rate": _rounded(won / total if total else None),
        "deciles": measuring.deciles(tried.scores, tried.outcomes),
        "calibration": measuring.calibration(chances, tried.outcomes),
        "bands": measuring.by_band(tried.grades, tried.outcomes),
        "distribution": distribution(tried),
        "ready": sum(tried.ready),
        "ready_converted": sum(r and o for r, o in zip(tried.ready, tried.outcomes, strict=True)),
    }


def said_of(found: measuring.Area, leads: int, won: int) -> str:
    if found.auc is None or found.low is None or found.high is None:
        return "Nothing can be said: all of these leads ended alike."
    if min(won, leads - won) < measuring.LEAST:
        return f"Too few outcomes to say anything: {won:,} of {leads:,} leads converted."
    span = f"{found.low:.2f} to {found.high:.2f}"
    if not found.has_signal:
        return f"No signal: the score tells good leads from others no better than chance (AUC {found.auc:.2f}, {span})."
    return f"Of a good lead and another one, the good one scores higher {found.auc:.0%} of the time ({span})."


def distribution(tried: Tried) -> list[dict[str, Any]]:
    """How many leads score how much, in steps of ten."""
    counts = Counter(min(9, max(0, int(score)) // 10) for score in tried.scores)
    return [{"from": step * 10, "leads": counts[step]} for step in range(10)]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def moves(tried: Tried) -> dict[str, Any]:
    """Who would become ready for sales, and who would no longer be, beside the model in use."""
    ready = {lead for lead, is_ready in zip(tried.leads, tried.ready, strict=True) if is_ready}
    entries = ScoreEntry.objects.in_use().filter(is_ready=True).order_by()
    now = set(entries.values_list("lead_id", flat=True)) & set(tried.leads)
    won = {lead for lead, good in zip(tried.leads, tried.outcomes, strict=True) if good}
    enter, leave = ready - now, now - ready
    return {
        "enter": len(enter),
        "enter_converted": len(enter & won),
        "leave": len(leave),
        "leave_converted": len(leave & won),
        "stay": len(ready & now),
        "examples_enter": sorted(enter, reverse=True)[:10],
        "examples_leave": sorted(leave, reverse=True)[:10],
    }


def asked_fields(*filters: str) -> list[str]:
    """The fields that filters name, which must not be learned from: they are the question."""
    names = {name for text in filters for name in QueryDict(text.lstrip("?"))}
    return sorted({name.partition("__")[0] for name in names})


def as_of() -> str:
    return timezone.now().isoformat()
