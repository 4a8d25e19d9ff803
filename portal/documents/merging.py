"""Three-way merging of edits, so that two people at once lose no word. Plain.

``base`` is what the later writer saw, ``theirs`` what is stored by now, ``mine`` what they send.
Lists of items and of texts merge member by member; two different texts for the same field are a
conflict, which people resolve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.documents.schema import Content, Field, Kind, Schema


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that both changed, with what each of them wrote."""

    key: str
    label: str
    base: Any
    theirs: Any
    mine: Any


def merge(
    schema: Schema, base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]
) -> tuple[Content, list[Conflict]]:
    """The fields of ``mine`` merged into ``theirs``, and what could not be merged."""
    merged: Content = {}
    conflicts: list[Conflict] = []
    for key, value in mine.items():
        field = schema[key]
        was, now = base.get(key, field.blank), theirs.get(key, field.blank)
        if value in (was, now):
            merged[key] = now
        elif now == was:
            merged[key] = value
        else:
            both = _merge_value(field, was, now, value)
            if both is None:
                conflicts.append(Conflict(key, field.label, was, now, value))
            else:
                merged[key] = both
    return merged, conflicts


def _merge_value(field: Field, was: Any, now: Any, value: Any) -> Any | None:
    if field.kind == Kind.ITEMS:
        return _merge_items(field, was, now, value)
    if field.kind in {Kind.CHOICES, Kind.LINES, Kind.REFERENCES}:
        return _merge_members(was, now, value)
    return None


def _merge_members(was: list[Any], now: list[Any], value: list[Any]) -> list[Any]:
    """Members added by either stay, members removed by either go; the stored order leads."""
    removed = [member for member in was if member not in value]
    added = [member for member in value if member not in was and member not in now]
    return [member for member in now if member not in removed] + added


def _merge_items(
    field: Field, was: list[Content], now: list[Content], value: list[Content]
) -> list[Content] | None:
    old = {item["id"]: item for item in was}
    stored = {item["id"]: item for item in now}
    sent = {item["id"]: item for item in value}
    result: list[Content] = []
    for key in [*stored, *(k for k in sent if k not in stored)]:
        fate = _merge_item(field, old.get(key), stored.get(key), sent.get(key))
        if fate is _CONFLICT:
            return None
        if fate is not None:
            result.append(fate)
    return result


_CONFLICT: Any = object()


def _merge_item(
    field: Field, was: Content | None, now: Content | None, mine: Content | None
) -> Content | None:
    if mine in (was, now):
        return now
    if now == was:
        return mine
    if was is None or now is None or mine is None:
        return _CONFLICT
    merged = dict(now)
    for part in field.items:
        key = part.key
        if mine.get(key) != was.get(key):
            if now.get(key) not in (was.get(key), mine.get(key)):
                return _CONFLICT
            merged[key] = mine.get(key)
    return merged
