"""Draws that are skewed like life, from a seed. Plain."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")
WORKDAY_HOURS = (8, 18)


class Weighted(Generic[T]):
    """Draws many values at once, each as often as its weight says."""

    def __init__(self, chance: random.Random, pairs: Sequence[tuple[T, float]]) -> None:
        self.chance = chance
        self.values = [value for value, _ in pairs]
        self.sums = list(accumulate(weight for _, weight in pairs))

    def draw(self, number: int) -> list[T]:
        return self.chance.choices(self.values, cum_weights=self.sums, k=number)


def ranked(chance: random.Random, values: Sequence[T], *, steep: float = 1.0) -> Weighted[T]:
    """The first value most often, the n-th 1/n ** ``steep`` times as often: a few carry most."""
    return Weighted(
        chance, [(value, 1 / rank**steep) for rank, value in enumerate(values, start=1)]
    )


def moment_between(chance: random.Random, start: datetime, end: datetime) -> datetime:
    """More often late than early, as a company grows; mostly at work."""
    share = math.sqrt(chance.random())
    moment = start + (end - start) * share
    if moment.weekday() >= 5 and chance.random() < 0.85:
        moment -= timedelta(days=moment.weekday() - 4)
    if chance.random() < 0.9:
        moment = moment.replace(hour=chance.randrange(*WORKDAY_HOURS))
    return max(start, moment.replace(microsecond=0))


def days_long(chance: random.Random, median: float, *, spread: float = 1.0) -> timedelta:
    """A time with a long tail: half are shorter than ``median`` days, a few are many times longer."""
    return timedelta(seconds=int(86_400 * median * math.exp(chance.gauss(0, spread))))


def shares(chance: random.Random, total: int, parts: int, *, most: int) -> list[int]:
    """``total`` split over ``parts``: one with up to ``most``, a few with many, many with few."""
    if not parts or not total:
        return [0] * parts
    first = min(most, total) if total >= 2 * most else min(total, max(1, total // 10))
    weights = [math.exp(chance.gauss(0, 1.1)) for _ in range(parts - 1)]
    rest = total - first
    scale = rest / (sum(weights) or 1)
    counts = [first, *(int(weight * scale) for weight in weights)]
    for _ in range(total - sum(counts)):
        counts[chance.randrange(parts)] += 1
    return counts
