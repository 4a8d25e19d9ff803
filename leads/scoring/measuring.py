"""How well a score foretells what happens: area under the curve with its interval, Brier, lift,
calibration. Plain Python over (score, outcome) pairs; n log n at most.

The interval of the area is that of DeLong, DeLong and Clarke-Pearson (1988), from midranks.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Z95 = 1.959964
#: Below this the lower end of the interval says that the score foretells nothing worth acting on.
WORTH = 0.52
#: Fewer of either kind than this say nothing.
LEAST = 20


@dataclass(frozen=True)
class Area:
    """The area under the curve; None where there is nothing to tell apart."""

    auc: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def has_signal(self) -> bool:
        return self.low is not None and self.low > WORTH


def midranks(values: Sequence[float]) -> list[float]:
    """Rank of each value from 1; those that are equal share the middle of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, start = [0.0] * len(values), 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in range(start, end + 1):
            ranks[order[place]] = (start + end) / 2 + 1
        start = end + 1
    return ranks


def area(scores: Sequence[float], outcomes: Sequence[bool]) -> Area:
    """How often a good lead scores above another one, ties counting half, with 95 percent interval."""
    good = [s for s, won in zip(scores, outcomes, strict=True) if won]
    bad = [s for s, won in zip(scores, outcomes, strict=True) if not won]
    m, n = len(good), len(bad)
    if not m or not n:
        return Area()
    every = midranks([*good, *bad])
    of_good, of_bad = midranks(good), midranks(bad)
    above = [(every[i] - of_good[i]) / n for i in range(m)]
    below = [1 - (every[m + j] - of_bad[j]) / m for j in range(n)]
    auc = sum(above) / m
    spread = math.sqrt(_variance(above, auc) / m + _variance(below, auc) / n)
    if min(m, n) < LEAST:
        return Area(auc, 0.0, 1.0)
    return Area(auc, max(0.0, auc - Z95 * spread), min(1.0, auc + Z95 * spread))


def _variance(values: Sequence[float], mean: float) -> float:
    return (
        sum((value - mean) ** 2 for value in values) / (len(values) - 1) if len(values) > 1 else 0
    )


# --- from scores to probabilities ---------------------------------------------------------------
@dataclass(frozen=True)
class Curve:
    """The chance by score, never falling: ``limits`` are the lowest scores of each step."""

    limits: tuple[float, ...]
    chances: tuple[float, ...]

    def at(self, score: float) -> float:
        if not self.limits:
            return 0.0
        return self.chances[max(0, bisect_right(self.limits, score) - 1)]


def learned(scores: Sequence[float], outcomes: Sequence[bool]) -> Curve:
    """The chance of each score from what happened, by pooling neighbours that go down (isotonic)."""
    counts: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for score, outcome in zip(scores, outcomes, strict=True):
        counts[score][0] += outcome
        counts[score][1] += 1
    steps: list[list[float]] = []  # lowest score, won, leads
    for score in sorted(counts):
        steps.append([score, *counts[score]])
        while len(steps) > 1 and steps[-2][1] * steps[-1][2] >= steps[-1][1] * steps[-2][2]:
            _, won, leads = steps.pop()
            steps[-1][1] += won
            steps[-1][2] += leads
    limits = tuple(step[0] for step in steps)
    # One more of each kind on either side, so that a small step is never quite sure.
    base = sum(outcomes) / len(outcomes) if outcomes else 0.0
    return Curve(limits, tuple((won + base) / (leads + 1) for _, won, leads in steps))


def brier(chances: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """Mean square of what was wrong about the chances; 0 is perfect."""
    if not outcomes:
        return None
    return sum((c - won) ** 2 for c, won in zip(chances, outcomes, strict=True)) / len(outcomes)


def deciles(scores: Sequence[float], outcomes: Sequence[bool]) -> list[dict[str, float | int]]:
    """Ten equal parts, best scores first. Equal scores share their outcomes evenly."""
    total = len(scores)
    if not total:
        return []
    counts: dict[float, list[int]] = defaultdict(lambda: [0, 0])
    for score, outcome in zip(scores, outcomes, strict=True):
        counts[score][0] += outcome
        counts[score][1] += 1
    base = sum(outcomes) / total
    edges = [round(total * place / 10) for place in range(11)]
    won_before = [_won_among(counts, edge) for edge in edges]
    found: list[dict[str, float | int]] = []
    for place in range(10):
        leads = edges[place + 1] - edges[place]
        won = won_before[place + 1] - won_before[place]
        rate = won / leads if leads else 0.0
        found.append(
            {
                "decile": place + 1,
                "leads": leads,
                "converted": round(won, 2),
                "rate": round(rate, 6),
                "lift": round(rate / base, 4) if base else 0.0,
            }
        )
    return found


def _won_among(counts: dict[float, list[int]], edge: int) -> float:
    """How many of the best ``edge`` leads were won."""
    won, seen = 0.0, 0
    for score in sorted(counts, reverse=True):
        got, leads = counts[score]
        if seen + leads >= edge:
            return won + got * (edge - seen) / leads
        won, seen = won + got, seen + leads
    return won


def calibration(
    chances: Sequence[float], outcomes: Sequence[bool], parts: int = 10
) -> list[dict[str, float | int]]:
    """Foretold against observed, in parts of equal width; empty parts are left out."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for chance, won in zip(chances, outcomes, strict=True):
        bins[min(parts - 1, int(chance * parts))].append((chance, won))
    return [
        {
            "predicted": round(sum(c for c, _ in bins[place]) / len(bins[place]), 6),
            "observed": round(sum(w for _, w in bins[place]) / len(bins[place]), 6),
            "leads": len(bins[place]),
        }
        for place in sorted(bins)
    ]


def by_band(bands: Iterable[str], outcomes: Iterable[bool]) -> list[dict[str, float | int | str]]:
    """Leads and outcomes by grade."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for band, won in zip(bands, outcomes, strict=True):
        counts[band][0] += won
        counts[band][1] += 1
    return [
        {"band": band, "leads": leads, "converted": won, "rate": round(won / leads, 6)}
        for band, (won, leads) in sorted(counts.items())
    ]
