"""Readable differences between two contents, field by field. Plain.

Words are compared with the longest-matching-blocks method of Python's ``difflib`` (Ratcliff and
Obershelp, 1988).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.documents.schema import Content, Field, Kind, Schema

#: Turns a stored reference into the name that people know: (model label, id) → text.
Naming = Callable[[str, int], str]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words: ``kept``, ``removed`` or ``added``."""

    state: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """What changed in one field: whole values as text, and word by word."""

    key: str
    label: str
    section: str
    before: str
    after: str
    spans: list[Span] = field(default_factory=list)

    @property
    def change(self) -> str:
        if not self.before:
            return "added"
        return "removed" if not self.after else "changed"


def _plain_name(label: str, identifier: int) -> str:
    return f"{label} {identifier}"


def as_text(f: Field, value: Any, naming: Naming = _plain_name) -> str:
    """The value as a person would read it, one member a line."""
    if f.is_empty(value):
        return ""
    if f.kind == Kind.YES_NO:
        return "Yes" if value else "No"
    members = value if isinstance(value, list) else [value]
    return "\n".join(_member_text(f, member, naming) for member in members)


def _member_text(f: Field, member: Any, naming: Naming) -> str:
    if f.kind in {Kind.CHOICE, Kind.CHOICES}:
        return f.choice_label(member)
    if f.kind in {Kind.REFERENCE, Kind.REFERENCES}:
        return naming(f.refers_to, member)
    if f.kind == Kind.DATE:
        day = date.fromisoformat(member)
        return f"{day.day} {day:%b %Y}"
    return _item_text(f, member, naming) if f.kind == Kind.ITEMS else str(member)


def _item_text(f: Field, item: Content, naming: Naming) -> str:
    parts = [(p, as_text(p, item.get(p.key, p.blank), naming)) for p in f.items]
    return "; ".join(f"{p.label}: {text}" for p, text in parts if text and text != "No")


def words(before: str, after: str) -> list[Span]:
    """The two texts as runs of kept, removed and added words; spaces belong to their word."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    spans: list[Span] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            spans.append(Span("kept", "".join(old[a:b])))
            continue
        if a < b:
            spans.append(Span("removed", "".join(old[a:b])))
        if c < d:
            spans.append(Span("added", "".join(new[c:d])))
    return spans


def compare(
    schema: Schema,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    naming: Naming = _plain_name,
) -> list[FieldDiff]:
    """Every field in which the two contents differ, in reading order."""
    diffs: list[FieldDiff] = []
    for section in schema.sections:
        for f in section.fields:
            was, now = before.get(f.key, f.blank), after.get(f.key, f.blank)
            if was == now:
                continue
            old, new = as_text(f, was, naming), as_text(f, now, naming)
            diffs.append(FieldDiff(f.key, f.label, section.title, old, new, words(old, new)))
    return diffs
