"""Fields that were filled in after the outcome was on its way, found without knowing their names.

A leak makes any model look clever: it foretells what has already happened. Plain Python over the
values of each field, in order of time. What is looked at:

* *time order*: the history shows that it was filled in after the first contact or the outcome;
* *gain*: it alone tells the outcome better than anything known at capture could, or its values
  nearly decide it for a large share of the leads;
* *sparse*: known for less than two thirds, yet telling where it is known: somebody fills it in who
  has looked at the lead already;
* *one-sided*: known almost only for those who converted, or almost only for the others;
* *waves*: known for nearly everybody at one time and for nobody at another: a later process fills it;
* *words*: its values tell of contact with the lead.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leads.scoring.measuring import area

if TYPE_CHECKING:
    from leads.scoring.features import Known

#: Alone, a field known at capture does not tell the outcome better than this.
IMPLAUSIBLE = 0.8
SPARSE, TELLING = 0.66, 0.68
DECIDED_HIGH, DECIDED_LOW, DECIDED_SHARE, DECIDED_LEAST = 0.9, 0.05, 0.25, 30
WAVE = 0.4
SPEAKING = 0.2
LATE = 0.2
LEAST = 100
PARTS = 5
#: How many average leads steady the rate of a value that few have.
STEADY = 10
CONTACT = re.compile(
    r"\b(call(ed)?|phone|sms|ring(ing)?|voicemail|switched off|unreachable|not reachable|unsubscribed|"
    r"e?-?mail (opened|bounced|link|received|marked|sent)|conversation|converted|closed (won|lost|by)|"
    r"lost to|not interested|no interest|modified|invalid number|wrong number|meeting held|demo done)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """One field over the leads, oldest first: the level of each as text, empty where not known.

    ``is_number``: levels are ranges. ``late`` is how many of ``judged`` leads got it after contact.
    """

    name: str
    label: str
    levels: Sequence[str]
    is_number: bool = False
    late: int = 0
    judged: int = 0


def suspects(known: Known) -> dict[str, list[str]]:
    """Suspected fields of some leads → why, a sentence each."""
    columns = [
        Column(f.name, f.label, f.levels, f.is_number, *known.late.get(f.name, (0, 0)))
        for f in known.features
    ]
    return leaks(columns, known.outcomes)


def leaks(columns: Sequence[Column], outcomes: Sequence[bool]) -> dict[str, list[str]]:
    """Suspected fields → why, a sentence each."""
    found = {column.name: reasons_against(column, outcomes) for column in columns}
    return {name: why for name, why in found.items() if why}


def reasons_against(column: Column, outcomes: Sequence[bool]) -> list[str]:
    levels = column.levels
    known = [bool(level) for level in levels]
    share = sum(known) / len(known) if known else 0.0
    if sum(known) < LEAST or len(set(levels)) < 2:
        return []
    found = [_late(column), _gain(levels, outcomes), _decided(levels, outcomes)]
    found += [_one_sided(known, outcomes), _waves(known)]
    if share < SPARSE:
        found.append(_sparse(levels, outcomes, share))
    if not column.is_number:
        found.append(_speaks(levels))
    return [text for text in found if text]


def _late(column: Column) -> str:
    if column.judged < LEAST or column.late < LATE * column.judged:
        return ""
    percent = round(100 * column.late / column.judged)
    return f"For {percent} % of the leads it was filled in after the first contact or the outcome."


def _gain(levels: Sequence[str], outcomes: Sequence[bool]) -> str:
    auc = alone(levels, outcomes)
    if auc < IMPLAUSIBLE:
        return ""
    return (
        f"Alone it tells the outcome better than anything known at capture could (AUC {auc:.2f})."
    )


def alone(levels: Sequence[str], outcomes: Sequence[bool]) -> float:
    """The area under the curve of one field, each lead judged by the other four fifths."""
    totals: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for place, (level, outcome) in enumerate(zip(levels, outcomes, strict=True)):
        cell = totals[place % PARTS, level]
        cell[0] += outcome
        cell[1] += 1
    whole: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (_, level), (won, leads) in totals.items():
        whole[level][0] += won
        whole[level][1] += leads
    base = sum(outcomes) / len(outcomes) if outcomes else 0.0
    scores = []
    for place, level in enumerate(levels):
        part = totals[place % PARTS, level]
        won, leads = whole[level][0] - part[0], whole[level][1] - part[1]
        scores.append((won + base * STEADY) / (leads + STEADY))
    return area(scores, outcomes).auc or 0.5


def _rates(levels: Sequence[str], outcomes: Sequence[bool]) -> Mapping[str, tuple[int, int]]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for level, won in zip(levels, outcomes, strict=True):
        counts[level][0] += won
        counts[level][1] += 1
    return {level: (won, leads) for level, (won, leads) in counts.items()}


def _decided(levels: Sequence[str], outcomes: Sequence[bool]) -> str:
    """Only where both outcomes are usual: rare outcomes make many values look decided."""
    base = sum(outcomes) / len(outcomes)
    if not 3 * DECIDED_LOW <= base <= 1 - 2 * (1 - DECIDED_HIGH):
        return ""
    decided = sum(
        leads
        for level, (won, leads) in _rates(levels, outcomes).items()
        if level
        and leads >= DECIDED_LEAST
        and (won / leads > DECIDED_HIGH or won / leads < DECIDED_LOW)
    )
    share = decided / len(levels)
    if share < DECIDED_SHARE:
        return ""
    return f"Its values all but decide the outcome for {round(100 * share)} % of the leads."


def _sparse(levels: Sequence[str], outcomes: Sequence[bool], share: float) -> str:
    pairs = [(level, won) for level, won in zip(levels, outcomes, strict=True) if level]
    auc = alone([level for level, _ in pairs], [won for _, won in pairs])
    if auc < TELLING:
        return ""
    return (
        f"It is known for {round(100 * share)} % only, and tells a lot where it is (AUC {auc:.2f}): "
        "somebody fills it in who has looked at the lead."
    )


def _one_sided(known: Sequence[bool], outcomes: Sequence[bool]) -> str:
    won, lost = sum(outcomes), len(outcomes) - sum(outcomes)
    if min(won, lost) < DECIDED_LEAST:
        return ""
    of_won = sum(k and o for k, o in zip(known, outcomes, strict=True)) / won
    of_lost = sum(k and not o for k, o in zip(known, outcomes, strict=True)) / lost
    if min(of_won, of_lost) < 0.02 and max(of_won, of_lost) > 0.2:
        who = "for those who converted" if of_won > of_lost else "for those who did not convert"
        return f"It is known almost only {who}."
    return ""


def _waves(known: Sequence[bool]) -> str:
    size = len(known) // PARTS
    if size < LEAST // 2:
        return ""
    shares = [sum(known[part * size : (part + 1) * size]) / size for part in range(PARTS)]
    if max(shares) - min(shares) < WAVE:
        return ""
    low, high = round(100 * min(shares)), round(100 * max(shares))
    return f"It is known for {low} % of the leads of one time and {high} % of another: it is filled in later."


def _speaks(levels: Sequence[str]) -> str:
    rates = _rates(levels, [False] * len(levels))
    speaking = {level: n for level, (_, n) in rates.items() if level and CONTACT.search(level)}
    if sum(speaking.values()) < SPEAKING * len(levels):
        return ""
    example = max(speaking, key=lambda level: speaking[level])
    return f"Its values tell of contact with the lead, such as “{example[:60]}”."
