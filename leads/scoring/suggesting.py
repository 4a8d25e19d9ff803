"""Points out of what happened: a regularised logistic regression, turned into rules that people read.

Needs scikit-learn, so only workers and commands import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from leads.scoring.features import LEAST_LEADS, Feature, Known
from leads.scoring.leaks import suspects
from leads.scoring.measuring import Area, area
from portal.core.errors import RuleViolation

#: Ten points multiply the odds by e.
SCALE = 10
STRENGTHS = (0.01, 0.03, 0.1, 0.3)
FOLDS = 5
#: Fewer leads, or fewer of either outcome, are no ground for points.
LEAST, LEAST_OF_EITHER = 200, 30
#: The strength is chosen on so many leads at most.
MOST_TO_CHOOSE = 50_000
MOST_RULES = 90
#: Fewer points move the odds by less than a fifth: not worth a rule.
LEAST_POINTS = 2


@dataclass(frozen=True)
class Suggestion:
    """One level of one field with its points, and how many leads it stands on."""

    field: str
    label: str
    level: str
    points: int
    condition: dict[str, Any]
    leads: int
    converted: int

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self)) | {"rate": round(self.converted / self.leads, 4)}


@dataclass(frozen=True)
class Learned:
    """``area`` is that of leads which the points were not learned from (cross-validation)."""

    points: tuple[Suggestion, ...]
    leaks: dict[str, list[str]]
    area: Area
    leads: int
    converted: int


def suggest(known: Known) -> Learned:
    """Points for every level that tells something. Fields that leak are left out."""
    won, total = sum(known.outcomes), len(known.outcomes)
    if total < LEAST or min(won, total - won) < LEAST_OF_EITHER:
        raise RuleViolation(
            f"There are too few outcomes to learn from: {won:,} of {total:,} leads converted. "
            f"At least {LEAST} leads are needed, and {LEAST_OF_EITHER} of either outcome.",
            code="too_few",
        )
    leaking = suspects(known)
    levels = _levels([f for f in known.features if f.name not in leaking])
    if not levels:
        return Learned((), leaking, Area(0.5, 0.0, 1.0), total, won)
    table = np.array([column for _, _, column in levels], dtype=np.float32).T
    outcomes = np.array(known.outcomes, dtype=np.int8)
    strength, found = _chosen(table, outcomes)
    fitted = _fit(table, outcomes, strength)
    points = [round(float(weight) * SCALE) for weight in fitted.coef_[0]]
    suggested = [
        _suggestion(feature, level, worth, column, known.outcomes)
        for (feature, level, column), worth in zip(levels, points, strict=True)
        if abs(worth) >= LEAST_POINTS
    ]
    suggested.sort(key=lambda s: -abs(s.points))
    return Learned(tuple(suggested[:MOST_RULES]), leaking, found, total, won)


def _levels(features: Sequence[Feature]) -> list[tuple[Feature, str, list[bool]]]:
    """Each level that enough leads have, and enough have not, as a column."""
    found = []
    for feature in features:
        for level in feature.conditions:
            column = [held == level for held in feature.levels]
            if LEAST_LEADS <= sum(column) <= len(column) - LEAST_LEADS:
                found.append((feature, level, column))
    return found


def _fit(table: Any, outcomes: Any, strength: float) -> Any:
    return LogisticRegression(C=strength, max_iter=1000).fit(table, outcomes)


def _chosen(table: Any, outcomes: Any) -> tuple[float, Area]:
    """The strength of the regularisation that does best on leads it has not seen, and how well."""
    if len(outcomes) > MOST_TO_CHOOSE:
        table, outcomes = table[-MOST_TO_CHOOSE:], outcomes[-MOST_TO_CHOOSE:]
    best: tuple[float, float, Area] | None = None
    for strength in STRENGTHS:
        unseen = np.zeros(len(outcomes))
        for learn, judge in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(
            table, outcomes
        ):
            fitted = _fit(table[learn], outcomes[learn], strength)
            unseen[judge] = table[judge] @ fitted.coef_[0] + fitted.intercept_[0]
        found = area(unseen.tolist(), [bool(won) for won in outcomes])
        if best is None or (found.auc or 0) > best[0]:
            best = (found.auc or 0, strength, found)
    assert best is not None  # noqa: S101 (there is at least one strength)
    return best[1], best[2]


def _suggestion(
    feature: Feature, level: str, points: int, column: Sequence[bool], outcomes: Sequence[bool]
) -> Suggestion:
    return Suggestion(
        field=feature.name,
        label=feature.label,
        level=feature.texts[level],
        points=points,
        condition=feature.conditions[level],
        leads=sum(column),
        converted=sum(won for held, won in zip(column, outcomes, strict=True) if held),
    )
