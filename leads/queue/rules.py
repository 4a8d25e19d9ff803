"""What comes first, and why: running clocks by when they run out, then value times propensity [R66].

Plain Python over figures that ``leads.queue.experience`` read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import NormalDist, fmean, pvariance

#: How much the experience of all weighs against that of one group, in cases: a stage in which two
#: sales were closed says little about the third.
PRIOR_CASES = 10
#: Weekly numbers vary more than chance alone would make them when that has a probability below this.
DOUBT = 0.05
#: Fewer weeks say nothing about steadiness.
LEAST_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``cases``."""

    hits: int = 0
    cases: int = 0

    @property
    def expected(self) -> float:
        """The chance of the next case, by the rule of succession (Laplace): one half where nothing is known."""
        return (self.hits + 1) / (self.cases + 2)

    def among(self, whole: float) -> float:
        """The chance in a group, drawn towards that of the whole where the group is small.

        The mean of a beta distribution whose prior is ``PRIOR_CASES`` cases at the rate of the whole.
        """
        return (self.hits + PRIOR_CASES * whole) / (self.cases + PRIOR_CASES)


@dataclass(frozen=True, slots=True)
class Experience:
    """What happened so far. ``sale`` is the usual amount of a won sale in ``currency``, None where none was."""

    currency: str
    sale: float | None = None
    sales: Rate = Rate()
    by_stage: Mapping[int, Rate] = field(default_factory=dict)
    leads: Rate = Rate()
    by_grade: Mapping[str, Rate] = field(default_factory=dict)

    def of_sale(self, stage: int, amount: float | None, currency: str) -> Worth:
        """An amount in another currency counts as the usual one: no rate of exchange is agreed."""
        is_comparable = amount is not None and currency == self.currency
        chance = self.by_stage.get(stage, Rate()).among(self.sales.expected)
        return Worth(amount if is_comparable else self.sale, chance)

    def of_lead(self, grade: str | None) -> Worth:
        """By its grade, where the model in use was tried on outcomes."""
        tried = sum(rate.cases for rate in self.by_grade.values())
        if grade is None or not tried:
            return Worth(self.sale, self.leads.expected)
        base = sum(rate.hits for rate in self.by_grade.values()) / tried
        here = self.by_grade.get(grade, Rate()).among(base)
        lift = here / base if base else 1.0
        return Worth(self.sale, min(1.0, self.leads.expected * lift))


@dataclass(frozen=True, slots=True)
class Worth:
    """A value, where one is known, and the chance of it, between 0 and 1."""

    value: float | None
    chance: float

    @property
    def expected(self) -> float:
        """Without a value the chance alone decides."""
        return self.chance * (1.0 if self.value is None else self.value)


def place(due_at: datetime | None, worth: Worth | None) -> tuple[int, float]:
    """Where something stands in the queue; the smaller, the sooner.

    What waits for an answer without a clock comes after what has one, and before what has only worth.
    """
    if due_at is not None:
        return (0, due_at.timestamp())
    return (1, 0.0) if worth is None else (2, -worth.expected)


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How even a weekly number was. ``low`` to ``high`` is where eight of ten weeks lay."""

    mean: float
    low: int
    high: int
    is_steady: bool | None


def steadiness(weeks: Sequence[int]) -> Steadiness:
    """Whether the weekly numbers vary more than arrivals by chance at the same mean would.

    The index of dispersion test of a Poisson process: (n - 1) times variance over mean is distributed
    as chi-square with n - 1 degrees of freedom (Fisher, Statistical Methods for Research Workers, 1925,
    section 16); its upper tail by the cube root of Wilson and Hilferty, 1931. None where too few weeks or
    leads are known to say anything.
    """
    if not weeks:
        return Steadiness(0.0, 0, 0, None)
    ranked, mean = sorted(weeks), fmean(weeks)
    cut = len(ranked) // 10
    low, high = ranked[cut], ranked[len(ranked) - 1 - cut]
    if len(weeks) < LEAST_WEEKS or not mean:
        return Steadiness(mean, low, high, None)
    degrees = len(weeks) - 1
    statistic = len(weeks) * pvariance(weeks) / mean
    spread = 2 / (9 * degrees)
    tail = 1 - NormalDist(1 - spread, spread**0.5).cdf((statistic / degrees) ** (1 / 3))
    return Steadiness(mean, low, high, tail >= DOUBT)
