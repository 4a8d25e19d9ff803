"""Reading a condition: JSON in, a tree out, with the place of whatever is wrong. Plain Python.

``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}``, ``{"field": "country", "is": "Germany"}`` (or
``"op"`` and ``"value"``), ``{"did": ["download"], "title_contains": "case study", "in_last": 14}``.
"""

from __future__ import annotations

import binascii
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from leads.conditions.folding import folded_value
from leads.conditions.tree import (
    DEEPEST,
    LONGEST,
    MOST,
    MOST_VALUES,
    Did,
    Group,
    Leaf,
    Node,
    Not,
    Wrong,
)
from leads.conditions.vocabulary import (
    IN_DAYS,
    VALUELESS,
    WORDS,
    FieldSpec,
    Kind,
    Vocabulary,
    typed_as,
)
from leads.normalising import clean_text
from portal.core.moments import is_possible

#: The longest condition as text.
LONGEST_JSON = 8000
MOST_DAYS = 3650
MOST_TIMES = 1000
_DID_KEYS = {"title_contains", "url_contains", "campaign", "at_least", "in_last", "since", "until"}
_FORMS = "Write {“all”: […]}, {“any”: […]}, {“not”: …}, {“field”: …} or {“did”: […]}."


# --- text -------------------------------------------------------------------------------------
def from_text(text: str, vocabulary: Vocabulary) -> Node:
    """A condition out of an address: compact JSON, or the same as base64url."""
    if len(text) > LONGEST_JSON:
        raise Wrong("filter", f"This is longer than {LONGEST_JSON:,} characters. Ask for less.")
    raw = text.strip()
    try:
        if not raw.startswith("{"):
            raw = urlsafe_b64decode(raw.encode("ascii") + b"=" * (-len(raw) % 4)).decode()
        value = json.loads(raw, parse_constant=_no_constant, object_pairs_hook=_once)
        raw.encode()
    except (ValueError, RecursionError, binascii.Error):
        raise Wrong("filter", "This is neither JSON nor JSON as base64url.") from None
    return parse(value, vocabulary)


def to_text(node: Node) -> str:
    """The condition as it stands in an address, always written the same way."""
    return json.dumps(to_json(node), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def to_base64(node: Node) -> str:
    return urlsafe_b64encode(to_text(node).encode()).decode().rstrip("=")


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A key stands twice.")
    return found


# --- tree -------------------------------------------------------------------------------------
def parse(value: Any, vocabulary: Vocabulary) -> Node:
    """The tree of a condition. Raises ``Wrong`` with the first thing that cannot be understood."""
    return _Reader(vocabulary).node(value, "filter", 1)


class _Reader:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.count = 0

    def node(self, value: Any, place: str, depth: int) -> Node:
        if not isinstance(value, Mapping) or not value:
            raise Wrong(place, f"A condition is an object. {_FORMS}")
        if depth > DEEPEST:
            raise Wrong(place, f"Conditions nest at most {DEEPEST} levels deep.")
        for how in ("all", "any"):
            if how in value:
                return self.group(value, how, place, depth)
        if "not" in value:
            _only(value, {"not"}, place)
            return Not(self.node(value["not"], f"{place}.not", depth + 1))
        return self.single(value, place)

    def group(self, value: Mapping[str, Any], how: str, place: str, depth: int) -> Group:
        _only(value, {how}, place)
        parts = value[how]
        if not isinstance(parts, list) or not parts:
            raise Wrong(f"{place}.{how}", "Give a list with at least one condition.")
        if len(parts) > MOST:
            raise Wrong(f"{place}.{how}", f"At most {MOST} conditions are possible.")
        return Group(
            how,
            tuple(
                self.node(part, f"{place}.{how}[{index}]", depth + 1)
                for index, part in enumerate(parts)
            ),
        )

    def single(self, value: Mapping[str, Any], place: str) -> Node:
        self.count += 1
        if self.count > MOST:
            raise Wrong(place, f"At most {MOST} conditions are possible.")
        if "did" in value or "did_not" in value:
            return self.did(value, place)
        if "field" not in value:
            raise Wrong(place, f"This says neither a field nor a group. {_FORMS}")
        return self.leaf(value, place)

    # --- fields -------------------------------------------------------------------------------
    def leaf(self, value: Mapping[str, Any], place: str) -> Leaf:
        name = value["field"]
        spec = self.vocabulary.find(name) if isinstance(name, str) else None
        if spec is None:
            raise Wrong(f"{place}.field", f"There is no field “{str(name)[:80]}”.")
        op, raw, where = self._comparison(value, spec, place)
        if spec.of == "attributes" and not self.vocabulary.is_defined(spec.name):
            spec = typed_as(spec, _kind_of(raw, op))
        if op not in spec.ops:
            offered = ", ".join(spec.ops)
            raise Wrong(where, f"{spec.label} cannot be compared by “{op[:40]}”. Use: {offered}.")
        return Leaf(spec.name, op, _values(spec, op, raw, where), place)

    @staticmethod
    def _comparison(value: Mapping[str, Any], spec: FieldSpec, place: str) -> tuple[str, Any, str]:
        """The comparison, its value and where it stands: ``"is": 1`` or ``"op": "is", "value": 1``."""
        if "op" in value:
            _only(value, {"field", "op", "value"}, place)
            return str(value["op"]), value.get("value"), f"{place}.value"
        named = [key for key in value if key in WORDS]
        _only(value, {"field", *named[:1]}, place)
        if not named:
            raise Wrong(place, f"Say how {spec.label} compares: {', '.join(spec.ops)}.")
        return named[0], value[named[0]], f"{place}.{named[0]}"

    # --- behaviour ----------------------------------------------------------------------------
    def did(self, value: Mapping[str, Any], place: str) -> Did:
        if not self.vocabulary.sees_touchpoints:
            raise Wrong(place, "Your role does not see what leads did, so it cannot ask for it.")
        key = "did" if "did" in value else "did_not"
        _only(value, {key, *_DID_KEYS}, place)
        days = _whole(value.get("in_last"), f"{place}.in_last", MOST_DAYS)
        since, until = (_day(value.get(name), f"{place}.{name}") for name in ("since", "until"))
        if days is not None and (since or until):
            raise Wrong(f"{place}.in_last", "Give a number of days or two days, not both.")
        if since and until and until < since:
            raise Wrong(f"{place}.until", "The last day lies before the first.")
        title, url, campaign = (
            _short(value.get(name, ""), f"{place}.{name}")
            for name in ("title_contains", "url_contains", "campaign")
        )
        return Did(
            kinds=self._kinds(value[key], f"{place}.{key}"),
            title=title,
            url=url,
            campaign=campaign,
            times=_whole(value.get("at_least"), f"{place}.at_least", MOST_TIMES) or 1,
            days=days,
            since=since,
            until=until,
            is_negated=key == "did_not",
            place=place,
        )

    def _kinds(self, value: Any, place: str) -> tuple[str, ...]:
        asked = [value] if isinstance(value, str) else value
        if asked == ["anything"]:
            return ()
        known = self.vocabulary.kinds
        if not isinstance(asked, list) or not asked or len(asked) > MOST_VALUES:
            raise Wrong(place, "Give a list of kinds, or “anything”.")
        for kind in asked:
            if not isinstance(kind, str) or kind not in known:
                raise Wrong(place, f"Kinds are: {', '.join(known)}, or “anything”.")
        return tuple(dict.fromkeys(asked))


def _only(value: Mapping[str, Any], known: set[str], place: str) -> None:
    for name in value:
        if name not in known:
            raise Wrong(place, f"“{str(name)[:40]}” has no meaning here.")


def _kind_of(raw: Any, op: str) -> Kind:
    """How an attribute that nobody has defined is read."""
    first = raw[0] if isinstance(raw, list) and raw else raw
    if isinstance(first, bool):
        return Kind.BOOLEAN
    if isinstance(first, int | float) and op not in IN_DAYS:
        return Kind.NUMBER
    return Kind.DATE if op in IN_DAYS | {"on", "before", "after", "between"} else Kind.TEXT


# --- values -----------------------------------------------------------------------------------
def _values(spec: FieldSpec, op: str, raw: Any, place: str) -> tuple[Any, ...]:
    if op in VALUELESS:
        if raw not in (None, True, ""):
            raise Wrong(place, "This comparison needs no value; write true.")
        return ()
    if op in IN_DAYS:
        days = _whole(raw, place, MOST_DAYS)
        if days is None:
            raise Wrong(place, "Give a number of days.")
        return (days,)
    given = raw if isinstance(raw, list) else [raw]
    if not given or len(given) > MOST_VALUES:
        raise Wrong(place, f"Give between 1 and {MOST_VALUES} values.")
    if op == "between":
        return _pair(spec, given, place)
    if len(given) > 1 and op not in {"is", "is_not", "contains", "not_contains", "starts_with"}:
        raise Wrong(place, "Give one value.")
    read = _READERS[spec.kind]
    return tuple(dict.fromkeys(read(value, spec, place) for value in given))


def _pair(spec: FieldSpec, given: list[Any], place: str) -> tuple[Any, ...]:
    if len(given) != 2:
        raise Wrong(place, "Give two values, the first and the last.")
    first, last = (_READERS[spec.kind](value, spec, place) for value in given)
    if last < first:
        raise Wrong(place, "The last value lies before the first.")
    return first, last


def _short(value: Any, place: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        raise Wrong(place, f"Give a text of at most {LONGEST} characters.")
    return clean_text(value)


def _text(value: Any, spec: FieldSpec, place: str) -> str:
    text = _short(value, place)
    if not folded_value(text):
        raise Wrong(place, "Give a text. To find leads without one, use “blank”.")
    return text


def _number(value: Any, spec: FieldSpec, place: str) -> float:
    if isinstance(value, str):
        try:
            value = float(value) if len(value) < 40 and "_" not in value else None
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        raise Wrong(place, "Give a number, like 250.")
    if not math.isfinite(value):
        raise Wrong(place, "Give a number, like 250.")
    return float(value)


def _choice(value: Any, spec: FieldSpec, place: str) -> str:
    known = dict(spec.choices)
    if not isinstance(value, str) or value not in known:
        raise Wrong(place, f"{spec.label} is one of: {', '.join(known)}.")
    return value


def _boolean(value: Any, spec: FieldSpec, place: str) -> bool:
    words = {"true": True, "yes": True, "false": False, "no": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    if not isinstance(value, bool):
        raise Wrong(place, "Write true or false.")
    return value


def _a_day(value: Any, spec: FieldSpec, place: str) -> date:
    day = _day(value, place)
    if day is None:
        raise Wrong(place, "Write a day like 2026-03-31.")
    return day


def _reference(value: Any, spec: FieldSpec, place: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _short(value, place)
    if not text:
        raise Wrong(place, f"Name the {spec.label.lower()}. To find leads without, use “blank”.")
    if text == "none":
        raise Wrong(place, "To find leads without, compare by “blank”.")
    return text


_READERS: dict[Kind, Callable[[Any, FieldSpec, str], Any]] = {
    Kind.TEXT: _text,
    Kind.EXACT: _text,
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _a_day,
    Kind.MOMENT: _a_day,
    Kind.REFERENCE: _reference,
}


def _whole(value: Any, place: str, most: int) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise Wrong(place, f"Give a whole number from 1 to {most:,}.")
    return value


def _day(value: Any, place: str) -> date | None:
    if value is None or value == "":
        return None
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        day = None
    if day is None or not is_possible(day):
        raise Wrong(place, "Write a day like 2026-03-31.")
    return day


# --- back to JSON -----------------------------------------------------------------------------
def to_json(node: Node) -> dict[str, Any]:
    """The condition as it is stored, so that ``parse`` gives the same tree again."""
    if isinstance(node, Group):
        return {node.how: [to_json(part) for part in node.parts]}
    if isinstance(node, Not):
        return {"not": to_json(node.part)}
    return _did_json(node) if isinstance(node, Did) else _leaf_json(node)


def _leaf_json(leaf: Leaf) -> dict[str, Any]:
    if leaf.op in VALUELESS:
        return {"field": leaf.field, leaf.op: True}
    shown = plain_values(leaf)
    return {"field": leaf.field, leaf.op: shown[0] if len(shown) == 1 else shown}


def plain_values(leaf: Leaf) -> list[Any]:
    """The values as JSON writes them."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in leaf.values]
    return [int(v) if isinstance(v, float) and v.is_integer() else v for v in plain]


def _did_json(did: Did) -> dict[str, Any]:
    named = {
        "title_contains": did.title,
        "url_contains": did.url,
        "campaign": did.campaign,
        "at_least": did.times if did.times > 1 else None,
        "in_last": did.days,
        "since": did.since and did.since.isoformat(),
        "until": did.until and did.until.isoformat(),
    }
    key = "did_not" if did.is_negated else "did"
    return {key: list(did.kinds) or ["anything"], **{k: v for k, v in named.items() if v}}
