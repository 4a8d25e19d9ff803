"""Alternating runs of a workload and its baseline, and what comes out of them. Plain."""

from __future__ import annotations

import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field

Work = Callable[[], object]

#: Alternating runs; five are the least that a median is taken from.
RUNS = 7
#: A run repeats quick work until it has taken so long, so that the clock's grain does not count.
LEAST_SECONDS = 0.15
MOST_REPEATS = 30


@dataclass(frozen=True, slots=True)
class Duel:
    """One workload against the least that the same work can cost."""

    name: str
    goal: float
    against: str
    work: Work
    bare: Work
    #: Work that changes data is done once a run.
    once: bool = False
    runs: int = RUNS
    #: What is made ready before each turn, outside of the time that is measured.
    prepare: Work | None = None


@dataclass(slots=True)
class Result:
    """Times in milliseconds, one of each kind a run."""

    duel: Duel
    leads: int = 0
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    #: Every single time of ours, for what the slowest of them take.
    laps: list[float] = field(default_factory=list)
    queries: int | None = None
    memory_mib: float | None = None

    @property
    def ratios(self) -> list[float]:
        return [ours / bare for ours, bare in zip(self.ours, self.bare, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def p95(self) -> float:
        """What 95 of 100 are quicker than, in milliseconds."""
        ordered = sorted(self.laps)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]

    def as_dict(self) -> dict[str, object]:
        return {
            "name": self.duel.name,
            "leads": self.leads,
            "ratio": round(self.ratio, 3),
            "min": round(min(self.ratios), 3),
            "max": round(max(self.ratios), 3),
            "goal": self.duel.goal,
            "met": self.ratio <= self.duel.goal,
            "baseline": round(statistics.median(self.bare), 3),
            "ours": round(statistics.median(self.ours), 3),
            "p95": round(self.p95, 3),
            "against": self.duel.against,
            "unit": "ms",
            "runs": [round(ratio, 3) for ratio in self.ratios],
            "queries": self.queries,
            "memory_mib": self.memory_mib,
        }


def fight(duel: Duel) -> Result:
    """Warm both up, then let them take turns, lap by lap: whatever slows the machine slows both."""
    result = Result(duel)
    if not duel.once:
        duel.work()
        duel.bare()
    repeats = 1 if duel.once else _repeats(duel.bare)
    before = _resident_mib()
    for turn in range(duel.runs):
        if duel.prepare is not None:
            duel.prepare()
        ours, bare = _turn(duel, repeats, ours_first=bool(turn % 2))
        result.ours.append(statistics.median(ours))
        result.bare.append(statistics.median(bare))
        result.laps += ours
    result.memory_mib = round(_resident_mib() - before, 1) if duel.once else _peak_mib(duel.work)
    return result


def _turn(duel: Duel, repeats: int, *, ours_first: bool) -> tuple[list[float], list[float]]:
    """How long each of the laps took, in milliseconds: ours, and the baseline's between them."""
    gc.collect()
    ours: list[float] = []
    bare: list[float] = []
    pair = [(duel.work, ours), (duel.bare, bare)]
    for _ in range(repeats):
        for work, laps in pair if ours_first else reversed(pair):
            laps.append(_timed(work))
    return ours, bare


@dataclass(frozen=True, slots=True)
class Growth:
    """The same work on the smallest and on the largest number of leads of one run."""

    small: Result
    large: Result
    goal: float

    def as_dict(self) -> dict[str, object]:
        ratio = self.large.p95 / self.small.p95
        return {
            "name": f"{self.small.duel.name}-growth",
            "leads": self.large.leads,
            "ratio": round(ratio, 3),
            "goal": self.goal,
            "met": ratio <= self.goal and self.small.queries == self.large.queries,
            "baseline": round(self.small.p95, 3),
            "ours": round(self.large.p95, 3),
            "against": f"the same with {self.small.leads:,} leads",
            "unit": "ms, 95th percentile",
            "runs": [round(ratio, 3)],
            "queries": [self.small.queries, self.large.queries],
        }


def _repeats(work: Work) -> int:
    took = _timed(work) / 1000
    return max(1, min(MOST_REPEATS, int(LEAST_SECONDS / max(took, 1e-6))))


def _timed(work: Work) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _peak_mib(work: Work) -> float:
    """What the work holds at most beyond what was there before."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return round(tracemalloc.get_traced_memory()[1] / 2**20, 2)
    finally:
        tracemalloc.stop()


def _resident_mib() -> float:
    """The most memory that the process has had so far; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)
