"""What a funnel definition consists of. Plain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from portal.documents.schema import Field, Kind, Schema, Section

STAGE_KINDS = (
    ("lead", "Lead"),
    ("mql", "Marketing qualified lead (MQL)"),
    ("sal", "Sales accepted lead (SAL)"),
    ("sql", "Sales qualified lead (SQL)"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
)

SIDES = (("marketing", "Marketing"), ("sales", "Sales"))

SCHEMA = Schema(
    (
        Section(
            "purpose",
            "Purpose",
            (
                Field(
                    "purpose",
                    "What this definition is for",
                    Kind.PROSE,
                    why="People apply a definition better when they know what it is meant to achieve.",
                ),
            ),
        ),
        Section(
            "stages",
            "Stages",
            (
                Field(
                    "stages",
                    "Stages, in order",
                    Kind.ITEMS,
                    why="Without stages there is nothing to count and nothing to hand over.",
                    max_items=12,
                    items=(
                        Field(
                            "key",
                            "Short key",
                            help="Lower-case letters, digits and hyphens; it appears in addresses and the API.",
                            why="Every stage needs a short key.",
                            max_length=40,
                        ),
                        Field("name", "Name", why="Every stage needs a name.", max_length=60),
                        Field("kind", "Standard term", Kind.CHOICE, choices=STAGE_KINDS),
                        Field("meaning", "Meaning", Kind.PROSE),
                        Field("entry", "Entry criteria", Kind.LINES),
                        Field("exit", "Exit criteria", Kind.LINES),
                        Field("required", "Data that must be known", Kind.LINES),
                        Field("owner", "Owner", Kind.CHOICE, choices=SIDES),
                        Field(
                            "longest_stay",
                            "Longest stay in days",
                            Kind.NUMBER,
                            minimum="1",
                            maximum="3650",
                        ),
                        Field("examples", "Examples", Kind.LINES),
                        Field("counter_examples", "Counter-examples", Kind.LINES),
                        Field("not_this", "What does not count", Kind.LINES),
                    ),
                ),
            ),
            help="The field's standard terms let reports compare; the names are your own.",
        ),
    )
)

KIND_ORDER = {kind: place for place, (kind, _) in enumerate(STAGE_KINDS)}


def faults(content: Mapping[str, Any], kinds_so_far: Mapping[str, str]) -> list[str]:
    """What keeps the stages from being agreed, a sentence each.

    ``kinds_so_far`` maps the keys of all stages that ever were in force to their standard terms.
    """
    rows = content.get("stages") or []
    found = [text for row in rows for text in _faults_of_stage(row, kinds_so_far)]
    for label, key in (("key", "key"), ("name", "name")):
        counts = Counter(str(row.get(key, "")).casefold() for row in rows)
        found += [f"The {label} “{text}” stands twice." for text, n in counts.items() if n > 1]
    kinds = [row["kind"] for row in rows if row.get("kind")]
    places = [KIND_ORDER[kind] for kind in kinds]
    if places != sorted(places):
        terms = ", ".join(kind for kind, _ in STAGE_KINDS)
        found.append(f"The stages do not follow the order of the standard terms ({terms}).")
    found += [
        f"A funnel needs a stage of the standard term “{label}”."
        for kind, label in (STAGE_KINDS[0], STAGE_KINDS[-1])
        if kind not in kinds
    ]
    return found


def _faults_of_stage(row: Mapping[str, Any], kinds_so_far: Mapping[str, str]) -> Iterator[str]:
    key, kind = row.get("key", ""), row.get("kind", "")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
        yield f"The key “{key}” may hold lower-case letters, digits and single hyphens only."
    if not kind:
        yield f"“{row.get('name')}” does not say to which standard term it belongs."
    elif kinds_so_far.get(key, kind) != kind:
        was = dict(STAGE_KINDS)[kinds_so_far[key]]
        yield f"The key “{key}” has stood for “{was}”; give the new stage another key."
