"""What a body of a webhook holds: one event or a list of them. Knows no row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from portal.core.moments import is_possible

MOST_EVENTS = 1_000
LONGEST_ID = 200
KINDS = ("lead", "touchpoint")
MOST_ERRORS = 20
_written = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Event:
    """One event as its sender gave it. ``text`` is its data as it is stored."""

    kind: str
    id: str
    text: str
    happened_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Tells whether a repeat says something else; the order of fields says nothing."""
        return hashlib.sha256(f"{self.kind} {self.text}".encode()).hexdigest()[:32]


@dataclass
class Body:
    """The events of a body, or what is wrong with it, by place."""

    events: list[Event] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)


def read_body(value: Any) -> Body:
    """All events, or none where one of them is malformed."""
    items = value if isinstance(value, list) else [value]
    body = Body()
    if not 1 <= len(items) <= MOST_EVENTS:
        body.errors = [_error("", f"Send 1 to {MOST_EVENTS:,} events at once.")]
        return body
    for place, item in enumerate(items):
        prefix = f"{place}." if isinstance(value, list) else ""
        if problems := _problems(item):
            body.errors += [_error(f"{prefix}{name}", text) for name, text in problems.items()]
        elif not body.errors:
            moment = _moment(item.get("timestamp"))
            text = _written(item["data"])
            body.events.append(Event(item["type"], str(item["id"]), text, moment))
        if len(body.errors) >= MOST_ERRORS:
            break
    return body


def _error(name: str, text: str) -> dict[str, str]:
    return {"field": name, "code": "invalid", "message": text}


def _problems(item: Any) -> dict[str, str]:
    if not isinstance(item, Mapping):
        return {"": "An event is an object with type, id and data."}
    found: dict[str, str] = {}
    if item.get("type") not in KINDS:
        found["type"] = "The type is lead or touchpoint."
    key = item.get("id")
    if (
        isinstance(key, bool)
        or not isinstance(key, str | int)
        or not 1 <= len(str(key)) <= LONGEST_ID
    ):
        found["id"] = f"Give each event an id of 1 to {LONGEST_ID} characters."
    if not isinstance(item.get("data"), Mapping):
        found["data"] = "Give the fields as an object."
    return found


def _moment(value: Any) -> datetime | None:
    """When it happened; what cannot be read says nothing."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None or not is_possible(moment):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
