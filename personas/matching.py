"""Which persona a lead fits, with reasons. Plain: facts and criteria in, a judgement out.

Each criterion is met, not met or unknown (the fact is not known). An excluding criterion that is
met rules the persona out. Otherwise the *strength* of the fit is the weight of the criteria met
divided by the weight of all criteria (excluding ones apart), in thousandths, rounded down; a lead
fits from ``THRESHOLD`` on. Unknown facts never count as met, and the reasons say that they are
unknown. Whole numbers throughout, so that databases and Python agree to the last digit.

``leads.fits`` holds the same rule as SQL for all leads; a test runs both on the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

#: A lead fits when at least half of the weight is met.
THRESHOLD = 500

FACT_LABELS = {
    "title": "Job title",
    "seniority": "Seniority",
    "country": "Country",
    "city": "City",
    "language": "Language",
    "source": "Source",
    "company.industry": "Industry",
    "company.employees": "Employees",
    "company.country": "Company's country",
    "company.region": "Company's region",
}


#: Facts that are numbers, and operators that compare numbers. A custom attribute may be one.
NUMBERS = frozenset({"company.employees"})
NUMERIC = frozenset({"at_least", "at_most"})


class Met(StrEnum):
    YES = "met"
    NO = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition on one fact. ``values`` are lower case; numbers are kept as text."""

    fact: str
    operator: str
    values: tuple[str, ...]
    weight: Decimal = Decimal(1)
    is_exclusion: bool = False

    @property
    def number(self) -> Decimal | None:
        """What "at least" and "at most" compare with; None when it is not a number."""
        try:
            number = Decimal(self.values[0])
        except (IndexError, InvalidOperation):
            return None
        return number if number.is_finite() else None

    @property
    def points(self) -> int:
        """The weight in thousandths."""
        return int(self.weight * 1000)

    @property
    def label(self) -> str:
        return FACT_LABELS.get(self.fact, self.fact.removeprefix("attributes."))

    @property
    def expectation(self) -> str:
        words = {
            "is": "is",
            "is_not": "is not",
            "contains": "contains",
            "at_least": "is at least",
            "at_most": "is at most",
        }
        return f"{words[self.operator]} {' or '.join(self.values)}"

    def judge(self, found: Any) -> Met:
        """``found`` is the fact as the lead has it; empty means unknown."""
        if found is None or found == "":
            return Met.UNKNOWN
        if self.operator in NUMERIC:
            return self._judge_number(found)
        text = as_text(found).lower()
        if self.operator == "contains":
            return _met(any(value in text for value in self.values))
        return _met((text in self.values) == (self.operator == "is"))

    def _judge_number(self, found: Any) -> Met:
        if isinstance(found, bool) or not isinstance(found, int | float | Decimal):
            return Met.UNKNOWN
        limit = self.number
        if limit is None:
            return Met.UNKNOWN
        number = Decimal(str(found))
        return _met(number >= limit if self.operator == "at_least" else number <= limit)


def _met(is_met: bool) -> Met:
    return Met.YES if is_met else Met.NO


def as_text(value: Any) -> str:
    """A fact as text; true and false as JSON writes them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_found(value: Any) -> str:
    """What was found, for people to read; empty where nothing is known. Zero and false are known."""
    return "" if value is None else as_text(value)


@dataclass(frozen=True, slots=True)
class Reason:
    """What one criterion found."""

    label: str
    expectation: str
    found: str
    met: Met
    weight: Decimal
    is_exclusion: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "criterion": f"{self.label} {self.expectation}",
            "found": self.found,
            "met": self.met.value,
            "weight": str(self.weight),
            "is_exclusion": self.is_exclusion,
        }


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one lead fits one persona."""

    strength: int
    is_excluded: bool
    reasons: tuple[Reason, ...]

    @property
    def percent(self) -> int:
        """The strength as people read it."""
        return self.strength // 10

    @property
    def fits(self) -> bool:
        return not self.is_excluded and self.strength >= THRESHOLD


def read_criteria(rows: Sequence[Mapping[str, Any]]) -> list[Criterion]:
    """The criteria as a persona's content stores them; rows that compare nothing are left out."""
    criteria = []
    for row in rows:
        values = tuple(part.strip().lower() for part in row["values"].split(",") if part.strip())
        fact, operator = row["fact"], row["operator"] or "is"
        if fact == "attribute":
            fact = f"attributes.{row['attribute']}" if row.get("attribute") else ""
        if not fact or not values:
            continue
        weight = Decimal(row["weight"] or "1")
        criteria.append(Criterion(fact, operator, values, weight, bool(row.get("is_exclusion"))))
    return criteria


def faults(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why criteria can never be met, or would be read otherwise than they are meant; a sentence each."""
    found = [(number, _fault(row)) for number, row in enumerate(rows, start=1)]
    return [f"Criterion {number}: {sentence}" for number, sentence in found if sentence]


def _fault(row: Mapping[str, Any]) -> str:
    fact, is_numeric = row["fact"], row["operator"] in NUMERIC
    if not fact:
        return "choose the fact that it asks about."
    if fact == "attribute" and not row.get("attribute"):
        return "name the custom attribute that it asks about."
    if is_numeric and fact not in {"attribute", *NUMBERS}:
        return f"{FACT_LABELS.get(fact, fact)} is no number, so it is never at least or at most anything."
    criterion = next(iter(read_criteria([row])), None)
    if is_numeric and criterion and (len(criterion.values) > 1 or criterion.number is None):
        return "write one number without separators of thousands, such as 1000 or 2.5."
    return ""


def judge(criteria: Sequence[Criterion], facts: Mapping[str, Any]) -> Fit:
    """The fit of one lead. ``facts`` maps the names of ``personas.page.FACTS`` to values."""
    reasons = tuple(
        Reason(
            criterion.label,
            criterion.expectation,
            as_found(facts.get(criterion.fact)),
            criterion.judge(facts.get(criterion.fact)),
            criterion.weight,
            criterion.is_exclusion,
        )
        for criterion in criteria
    )
    wanted = [
        (criterion, reason)
        for criterion, reason in zip(criteria, reasons, strict=True)
        if not criterion.is_exclusion
    ]
    total = sum(criterion.points for criterion, _ in wanted)
    met = sum(criterion.points for criterion, reason in wanted if reason.met == Met.YES)
    excluded = any(reason.is_exclusion and reason.met == Met.YES for reason in reasons)
    return Fit(met * 1000 // total if total else 0, excluded, reasons)
