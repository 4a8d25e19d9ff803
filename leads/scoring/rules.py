"""How points become a score, with reasons. Plain Python: facts and rules in, whole numbers out.

The set-based twin stands in ``leads.scoring.sets``; a property test proves that both agree. So that
they agree to the last point, everything is counted in whole thousandths of a point.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leads.scoring.definition import ENGAGEMENT, EVENT, FIT, POINTS, RULE_OUT

#: Points are counted in thousandths.
PART = 1000
LETTERS, DIGITS = "ABCD", "1234"
Steps = tuple[int, int, int]


@dataclass(frozen=True)
class Shape:
    """How points add up. ``half_life`` is in days; None: events never fade."""

    goal: str = "won"
    fit_full: int = 100
    engagement_full: int = 100
    fit_share: int = 50
    ready_from: int = 60
    slack: int = 10
    half_life: float | None = None
    fit_steps: Steps = (75, 50, 25)
    engagement_steps: Steps = (75, 50, 25)


@dataclass(frozen=True)
class Group:
    """Rules that together give at most ``cap`` points either way; None: without limit."""

    name: str
    axis: str
    cap: int | None = None


@dataclass(frozen=True)
class Rule:
    """``key`` recognises it in later revisions; ``group`` names its group (none for one that rules out)."""

    key: str
    name: str
    kind: str = POINTS
    group: str = ""
    points: int = 0
    per_day: int | None = None


@dataclass(frozen=True)
class Model:
    shape: Shape
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...]

    def of_axis(self, axis: str) -> list[Group]:
        return [group for group in self.groups if group.axis == axis]

    def of_group(self, name: str) -> list[tuple[int, Rule]]:
        """The rules of a group that give points, with their places."""
        return [
            (place, rule)
            for place, rule in enumerate(self.rules)
            if rule.group == name and rule.kind != RULE_OUT
        ]

    @property
    def of_fit(self) -> list[tuple[int, Rule]]:
        """Rules by which it is measured how much of the fit is known."""
        names = [group.name for group in self.of_axis(FIT)]
        return [pair for name in names for pair in self.of_group(name) if pair[1].kind == POINTS]


@dataclass(frozen=True)
class Found:
    """What is true of a lead for one rule. ``met`` is None where it is not known.

    ``days`` are, for points each time, how many events lie how many whole days back.
    """

    met: bool | None = None
    days: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Standing:
    """The grade and readiness that a lead had, for thresholds with slack."""

    grade: str = ""
    is_ready: bool = False


@dataclass(frozen=True)
class Line:
    """One rule in the explanation; ``parts`` in thousandths of a point."""

    rule: Rule
    met: bool | None
    parts: int
    times: int = 0

    @property
    def points(self) -> float:
        return self.parts / PART


@dataclass(frozen=True)
class Score:
    """``fit`` and ``engagement`` are percent of full marks, ``known`` percent of the fit that could be judged."""

    score: int
    fit: int
    engagement: int
    grade: str
    known: int
    is_ready: bool
    is_ruled_out: bool
    lines: tuple[Line, ...] = ()


def fade(age: int, half_life: float | None) -> int:
    """What is left of an event after so many whole days, in thousandths."""
    if half_life is None or age <= 0:
        return PART
    return math.floor(PART * math.pow(0.5, age / half_life) + 0.5)


def line_of(rule: Rule, found: Found, shape: Shape) -> Line:
    """The points of one rule. What is not known gives none."""
    if rule.kind == EVENT:
        parts = sum(
            min(count, rule.per_day or count) * fade(age, shape.half_life)
            for age, count in found.days
        )
        times = sum(count for _, count in found.days)
        return Line(rule, times > 0, parts * rule.points, times)
    parts = rule.points * PART if found.met and rule.kind == POINTS else 0
    return Line(rule, found.met, parts)


def score(model: Model, found: Sequence[Found], was: Standing | None = None) -> Score:
    """The score of one lead. ``found`` stands in the order of the rules."""
    shape = model.shape
    lines = [line_of(rule, f, shape) for rule, f in zip(model.rules, found, strict=True)]
    fit = _percent(model, FIT, lines, shape.fit_full)
    engagement = _percent(model, ENGAGEMENT, lines, shape.engagement_full)
    known = _known(model, lines)
    if any(line.met and line.rule.kind == RULE_OUT for line in lines):
        return Score(0, fit, engagement, "D4", known, False, True, tuple(lines))
    number = (shape.fit_share * fit + (100 - shape.fit_share) * engagement + 50) // 100
    was = was or Standing()
    grade = LETTERS[_step(fit, shape.fit_steps, LETTERS.find(was.grade[:1] or "-"), shape.slack)]
    digit = DIGITS.find(was.grade[1:] or "-")
    grade += DIGITS[_step(engagement, shape.engagement_steps, digit, shape.slack)]
    floor = shape.ready_from - (shape.slack if was.is_ready else 0)
    return Score(number, fit, engagement, grade, known, number >= floor, False, tuple(lines))


def _percent(model: Model, axis: str, lines: Sequence[Line], full: int) -> int:
    total = 0
    for group in model.of_axis(axis):
        parts = sum(lines[place].parts for place, _ in model.of_group(group.name))
        cap = parts if group.cap is None else group.cap * PART
        total += parts if group.cap is None else max(-cap, min(cap, parts))
    return max(0, min(full * PART, total)) * 100 // (full * PART)


def _known(model: Model, lines: Sequence[Line]) -> int:
    """How much of the fit could be judged: a low score out of ignorance is told from a poor fit."""
    weights = {place: abs(rule.points) for place, rule in model.of_fit}
    judged = sum(weight for place, weight in weights.items() if lines[place].met is not None)
    return judged * 100 // sum(weights.values()) if weights else 100


def _step(value: int, steps: Steps, was: int, slack: int) -> int:
    """Which step the value stands on; one that it had is kept until it falls below by the slack."""
    for place, limit in enumerate(steps):
        if value >= limit or (0 <= was <= place and value >= limit - slack):
            return place
    return len(steps)


def reasons(lines: Sequence[Line], most: int = 5) -> list[Mapping[str, object]]:
    """The rules that weigh most, for the history."""
    hits = [line for line in lines if line.parts or (line.met and line.rule.kind == RULE_OUT)]
    hits.sort(key=lambda line: (-abs(line.parts), line.rule.name))
    return [{"rule": line.rule.name, "points": line.points} for line in hits[:most]]
