"""What a brief still lacks beyond its empty fields, and why it matters. Plain.

KPIs are checked for being specific, measurable, accountable, relevant and dated [R74].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from portal.documents.schema import Missing

SMART = {
    "unit": ("specific", "Without a unit nobody knows what is counted."),
    "target": ("measurable", "Without a target nobody can say whether it was reached."),
    "owner": ("accountable", "Somebody must answer for it."),
    "by": ("dated", "Without a date it is never late."),
    "link": ("relevant", "A number that moves no stage and no money is vanity."),
}


#: Which sides must take part, and why.
SIDES_NEEDED = {
    "marketing": "Sales needs somebody to ask.",
    "sales": "Follow-up that nobody in sales owns does not happen.",
}


def lacking(content: Mapping[str, Any]) -> list[Missing]:
    """Parts that are filled in but not yet good enough to be published."""
    found: list[Missing] = []
    starts, ends = content.get("starts_on", ""), content.get("ends_on", "")
    if starts and ends and ends < starts:
        found.append(
            Missing("ends_on", "An end after the start", "dates", "It ends before it starts.")
        )
    for kpi in content.get("kpis", []):
        found.extend(
            Missing("kpis", f"KPI “{kpi['name']}”: {word}", "kpis", why)
            for key, (word, why) in SMART.items()
            if not kpi.get(key)
        )
    return [*found, *_lacking_in_the_plan(content), *_lacking_people(content)]


def _lacking_in_the_plan(content: Mapping[str, Any]) -> Iterator[Missing]:
    for row in content.get("touches", []):
        if not row.get("stage"):
            yield Missing(
                "touches",
                f"Buying stage of “{row['channel']}”",
                "plan",
                "What a buyer needs to hear depends on how far they are.",
            )
    for row in content.get("tactics", []):
        if not row.get("strategy"):
            yield Missing(
                "tactics",
                f"Strategy behind “{row['tactic']}”",
                "plan",
                "A tactic that serves no strategy is only busy.",
            )
    for row in content.get("costs", []):
        if not row.get("planned"):
            yield Missing(
                "costs",
                f"Planned cost of “{row['what']}”",
                "dates",
                "What was spent says nothing without what was meant to be spent.",
            )


def _lacking_people(content: Mapping[str, Any]) -> Iterator[Missing]:
    rows = content.get("people", [])
    if not any(row.get("part") == "accountable" for row in rows):
        yield Missing("people", "Somebody accountable", "people", "Nobody answers for the whole.")
    for side, why in SIDES_NEEDED.items():
        if not any(row.get("side") == side for row in rows):
            yield Missing("people", f"Somebody in {side}", "people", why)
    for row in rows:
        if not row.get("person"):
            yield Missing(
                "people", f"Who does “{row['task']}”", "people", "A task of nobody stays undone."
            )


def planned_and_actual(content: Mapping[str, Any]) -> tuple[str, str]:
    """The sums of planned and of real costs, as decimals in text."""
    sums = [
        sum((Decimal(row[key]) for row in content.get("costs", []) if row.get(key)), Decimal(0))
        for key in ("planned", "actual")
    ]
    return format(sums[0], "f"), format(sums[1], "f")
