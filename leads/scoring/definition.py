"""What a scoring model consists of, as both departments agree on it [R50, R51]. Plain."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from portal.documents.schema import Field, Kind, Schema, Section

FIT, ENGAGEMENT = "fit", "engagement"
AXES = ((FIT, "Fit: who they are"), (ENGAGEMENT, "Engagement: what they do"))
POINTS, EVENT, RULE_OUT = "points", "event", "rule_out"
KINDS = (
    (POINTS, "Points once, while it holds"),
    (EVENT, "Points each time, fading with age"),
    (RULE_OUT, "Rules the lead out"),
)
GOALS = (
    ("sql", "Sales qualifies them (SQL)"),
    ("opportunity", "They become an opportunity"),
    ("won", "They become a customer"),
)
#: What stands where nothing is written.
DEFAULTS = {
    "goal": "won",
    "fit_full": "100",
    "engagement_full": "100",
    "fit_share": "50",
    "ready_from": "60",
    "slack": "10",
    "fit_steps": "75 50 25",
    "engagement_steps": "75 50 25",
}


def _number(key: str, label: str, low: str, high: str, text: str, why: str = "") -> Field:
    return Field(key, label, Kind.NUMBER, help=text, why=why, minimum=low, maximum=high)


_PURPOSE = Section(
    "purpose",
    "Purpose",
    (
        Field(
            "purpose",
            "What this model is for",
            Kind.PROSE,
            why="People trust a score when they know what it foretells.",
        ),
        Field(
            "goal",
            "What a good lead comes to",
            Kind.CHOICE,
            choices=GOALS,
            help="The model is tried and measured against it. Becoming a customer where nothing is chosen.",
        ),
    ),
)
_SHAPE = Section(
    "shape",
    "How points add up",
    (
        _number("fit_full", "Full marks for fit", "1", "10000", "Points that make 100 percent."),
        _number(
            "engagement_full",
            "Full marks for engagement",
            "1",
            "10000",
            "Points that make 100 percent.",
        ),
        _number("fit_share", "Weight of fit, percent", "0", "100", "The rest is engagement."),
        _number(
            "half_life",
            "Half-life of engagement, days",
            "1",
            "3650",
            "After so many days an event counts half. Empty: it never fades.",
        ),
        _number(
            "ready_from",
            "Ready from a score of",
            "1",
            "100",
            "From here a lead is worth offering to sales.",
            "Without a threshold nobody knows when a lead is ready.",
        ),
        _number(
            "slack",
            "Slack before it is taken back",
            "0",
            "50",
            "A lead stays ready, and keeps its grade, until it falls this far below.",
        ),
        Field(
            "fit_steps",
            "Grades A, B, C of fit from",
            help="Three percentages, falling: 75 50 25. Below the last it is D.",
            max_length=20,
        ),
        Field(
            "engagement_steps",
            "Grades 1, 2, 3 of engagement from",
            help="Three percentages, falling: 75 50 25. Below the last it is 4.",
            max_length=20,
        ),
    ),
)
_GROUPS = Section(
    "groups",
    "Groups",
    (
        Field(
            "groups",
            "Groups of rules, each with a limit",
            Kind.ITEMS,
            max_items=20,
            why="Without groups one habit could make a whole score.",
            items=(
                Field("name", "Name", why="Every group needs a name.", max_length=60),
                Field("axis", "Counts for", Kind.CHOICE, choices=AXES),
                _number("cap", "At most, points either way", "1", "10000", "Empty: no limit."),
            ),
        ),
    ),
)
_RULES = Section(
    "rules",
    "Rules",
    (
        Field(
            "rules",
            "Rules",
            Kind.ITEMS,
            max_items=100,
            why="A model without rules gives every lead the same score.",
            items=(
                Field("name", "Name", why="Every rule needs a name.", max_length=120),
                Field("group", "Group", help="The name of its group.", max_length=60),
                Field("kind", "Effect", Kind.CHOICE, choices=KINDS),
                _number("points", "Points", "-1000", "1000", "Negative ones take away."),
                Field(
                    "condition",
                    "Condition",
                    help="In the language of conditions; the rule's own page has an editor.",
                    max_length=8000,
                ),
                Field(
                    "segment", "Only in the segment", Kind.REFERENCE, refers_to="segments.segment"
                ),
                _number("per_day", "At most so often a day", "1", "100", "For points each time."),
            ),
        ),
    ),
    help="What is not known about a lead counts neither way. Opened mails and machines never count.",
)
SCHEMA = Schema((_PURPOSE, _SHAPE, _GROUPS, _RULES))

#: ``problem(condition, is_event)`` says what is wrong with the condition of a rule, or nothing.
Problem = Callable[[Any, bool], str]


def condition_of(row: Mapping[str, Any]) -> Any:
    """The condition of a rule as JSON; None where there is none, ``ValueError`` if it is no JSON."""
    text = row.get("condition") or ""
    return json.loads(text) if text else None


def steps_of(text: str) -> tuple[int, int, int] | None:
    """``75 50 25`` → three falling whole percentages; None when it says something else."""
    words = str(text).replace(",", " ").split()
    if len(words) != 3 or not all(w.isascii() and w.isdigit() and len(w) < 4 for w in words):
        return None
    high, middle, low = map(int, words)
    return (high, middle, low) if 100 >= high > middle > low > 0 else None


def faults(content: Mapping[str, Any], problem: Problem) -> list[str]:
    """What keeps the model from being agreed, a sentence each."""
    found = [
        f"“{label}” needs three falling percentages, for example 75 50 25."
        for key, label in (
            ("fit_steps", "Grades of fit"),
            ("engagement_steps", "Grades of engagement"),
        )
        if content.get(key) and steps_of(content[key]) is None
    ]
    rows, groups = content.get("rules") or [], content.get("groups") or []
    axes = {row["name"].casefold(): row.get("axis") for row in groups}
    found += [
        f"“{row['name']}” does not say what it counts for." for row in groups if not row.get("axis")
    ]
    for label, listed in (("group", groups), ("rule", rows)):
        counts = Counter(row["name"].casefold() for row in listed)
        found += [f"The {label} “{name}” stands twice." for name, n in counts.items() if n > 1]
    return found + [text for row in rows for text in _faults_of(row, axes, problem)]


def _faults_of(row: Mapping[str, Any], axes: Mapping[str, Any], problem: Problem) -> Iterator[str]:
    name, kind = f"“{row['name']}”", row.get("kind")
    if not kind:
        yield f"{name} does not say what it does."
    if kind != RULE_OUT:
        yield from _faults_of_points(row, axes, name)
    if kind == EVENT and row.get("segment"):
        yield f"{name} gives points each time, which cannot be narrowed to a segment."
    if not row.get("condition") and not row.get("segment"):
        yield f"{name} has neither a condition nor a segment."
        return
    try:
        said = problem(condition_of(row), kind == EVENT)
    except ValueError:
        said = "Its condition cannot be read."
    if said:
        yield f"{name}: {said}"


def _faults_of_points(row: Mapping[str, Any], axes: Mapping[str, Any], name: str) -> Iterator[str]:
    group = (row.get("group") or "").casefold()
    if group not in axes:
        yield f"{name} is in no group of this model."
    elif row.get("kind") == EVENT and axes[group] != ENGAGEMENT:
        yield f"{name} gives points each time, which only a group of engagement can do."
    points = row.get("points") or "0"
    if float(points) == 0:
        yield f"{name} has no points."
    elif not float(points).is_integer():
        yield f"{name} needs whole points."
