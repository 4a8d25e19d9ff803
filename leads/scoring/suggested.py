"""Suggested points as rules of a model, in the words that people adopt them by. Plain Python."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from leads.scoring.definition import FIT, POINTS, SCHEMA

GROUP = "What is known of them"
BASE = "Every lead begins with"


def content_of(suggestions: Sequence[Mapping[str, Any]], goal: str) -> dict[str, Any]:
    """A model made of suggested points alone. Every lead begins with what could be taken away."""
    lowest: dict[str, int] = {}
    highest: dict[str, int] = {}
    for one in suggestions:
        lowest[one["field"]] = min(lowest.get(one["field"], 0), one["points"])
        highest[one["field"]] = max(highest.get(one["field"], 0), one["points"])
    base = -sum(lowest.values())
    rules = [rule_of(one) for one in suggestions]
    if base:
        everybody = {"field": "created_at", "not_blank": True}
        rules.insert(0, _rule(BASE, everybody, base))
    values = {
        "purpose": "Points suggested from outcomes.",
        "goal": goal,
        "fit_full": str(max(1, base + sum(highest.values()))),
        "fit_share": "100",
        "ready_from": "50",
        "groups": [{"name": GROUP, "axis": FIT}],
        "rules": rules,
    }
    return SCHEMA.blank() | SCHEMA.clean(values)


def rule_of(one: Mapping[str, Any]) -> dict[str, Any]:
    return _rule(f"{one['label']}: {one['level']}"[:120], one["condition"], one["points"])


def _rule(name: str, condition: dict[str, Any], points: int) -> dict[str, Any]:
    return {
        "name": name,
        "group": GROUP,
        "kind": POINTS,
        "points": str(points),
        "condition": json.dumps(condition, ensure_ascii=False, sort_keys=True),
    }
