"""A condition asked of one lead: true, false or unknown, with a reason for every part. Plain Python.

The set-based twin stands in ``leads.conditions.sql``; a property test proves that both agree.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from leads.conditions.folding import fold, folded_value
from leads.conditions.scene import Scene, Span, days, moments
from leads.conditions.tree import Did, Group, Leaf, Node, Not
from leads.conditions.vocabulary import OPPOSITES, FieldSpec, Kind, Vocabulary, typed_as
from leads.conditions.wording import say
from leads.fields import ATTRIBUTES
from leads.normalising import email_text


@dataclass(frozen=True)
class Touch:
    """One touchpoint, as far as conditions ask about it."""

    kind: str
    at: datetime
    title: str = ""
    url: str = ""
    campaign: int | None = None
    left_out: str = ""


@dataclass(frozen=True)
class Facts:
    """What is known of one lead: values by field name, custom attributes, and what they did."""

    values: Mapping[str, Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    touches: Sequence[Touch] = ()


@dataclass(frozen=True)
class Reason:
    """One single condition in words, and whether it is met; None where the value is not known."""

    text: str
    met: bool | None


@dataclass(frozen=True)
class Verdict:
    met: bool | None
    reasons: tuple[Reason, ...]

    @property
    def matches(self) -> bool:
        return self.met is True


def judge(node: Node, facts: Facts, scene: Scene, vocabulary: Vocabulary) -> Verdict:
    """Whether the condition holds of the lead. Every part is looked at, so that all reasons are told."""
    reasons: list[Reason] = []
    met = _judged(node, facts, scene, vocabulary, reasons)
    return Verdict(met, tuple(reasons))


def _judged(
    node: Node, facts: Facts, scene: Scene, vocabulary: Vocabulary, reasons: list[Reason]
) -> bool | None:
    if isinstance(node, Group):
        parts = [_judged(part, facts, scene, vocabulary, reasons) for part in node.parts]
        return _all(parts) if node.how == "all" else _any(parts)
    if isinstance(node, Not):
        return _opposite(_judged(node.part, facts, scene, vocabulary, reasons))
    if isinstance(node, Did):
        met: bool | None = _did(node, facts, scene)
    else:
        met = _met(node, facts, scene, vocabulary)
    reasons.append(Reason(say(node, scene, vocabulary), met))
    return met


def _all(parts: Sequence[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _any(parts: Sequence[bool | None]) -> bool | None:
    return True if True in parts else None if None in parts else False


def _opposite(met: bool | None) -> bool | None:
    return None if met is None else not met


# --- fields -----------------------------------------------------------------------------------
def _met(leaf: Leaf, facts: Facts, scene: Scene, vocabulary: Vocabulary) -> bool | None:
    spec = spec_of(leaf, vocabulary)
    op = OPPOSITES.get(leaf.op, leaf.op)
    raw = _raw(spec, facts)
    if spec.of == "tags":
        met: bool | None = _tagged(raw, op, leaf, scene)
    elif op == "blank":
        met = raw is None or raw == ""
    else:
        value = _known(spec, raw)
        met = None if value is None else _COMPARE[spec.kind](value, op, leaf, scene)
    return _opposite(met) if leaf.op in OPPOSITES else met


def _tagged(carried: Collection[int], op: str, leaf: Leaf, scene: Scene) -> bool:
    """Which tags a lead carries is always known: none is an answer."""
    if op == "blank":
        return not carried
    return any(key in carried for key in scene.keys(leaf.field, leaf.values))


def spec_of(leaf: Leaf, vocabulary: Vocabulary) -> FieldSpec:
    """The field of a condition that has been read. An undefined attribute follows its value's type."""
    spec = vocabulary.find(leaf.field)
    if spec is None:
        raise LookupError(f"There is no field {leaf.field}.")
    if spec.of != "attributes" or vocabulary.is_defined(spec.name) or not leaf.values:
        return spec
    first = leaf.values[0]
    if isinstance(first, bool):
        return typed_as(spec, Kind.BOOLEAN)
    if isinstance(first, float):
        return typed_as(spec, Kind.NUMBER)
    return typed_as(spec, Kind.TEXT if isinstance(first, str) else Kind.DATE)


def _raw(spec: FieldSpec, facts: Facts) -> Any:
    if spec.of == "attributes":
        return facts.attributes.get(spec.name.removeprefix(ATTRIBUTES))
    return facts.values.get(spec.name)


def _known(spec: FieldSpec, raw: Any) -> Any:
    """The value in the field's type; None when there is none, or it is of another type."""
    if raw is None or raw == "":
        return None
    return _attribute_value(spec.kind, raw) if spec.of == "attributes" else raw


def _attribute_value(kind: Kind, raw: Any) -> Any:
    if kind is Kind.BOOLEAN:
        return raw if isinstance(raw, bool) else None
    if kind is Kind.NUMBER:
        is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
        return float(raw) if is_number else None
    if not isinstance(raw, str):
        return None
    return (raw if looks_like_day(raw) else None) if kind is Kind.DATE else raw


def looks_like_day(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-"


def exact_key(spec: FieldSpec, value: str) -> str:
    """The form in which addresses and numbers of other systems are compared."""
    return email_text(value).lower() if spec.name == "email" else value


def _text(value: Any, op: str, leaf: Leaf, scene: Scene) -> bool:
    return _compared(fold(value), op, [folded_value(given) for given in leaf.values])


def _exact(value: Any, op: str, leaf: Leaf, scene: Scene) -> bool:
    is_email = leaf.field == "email"
    given = [email_text(text).lower() if is_email else str(text) for text in leaf.values]
    return _compared(value, op, given)


def _compared(value: str, op: str, given: Sequence[str]) -> bool:
    if op == "contains":
        return any(text in value for text in given)
    if op == "starts_with":
        return any(value.startswith(text) for text in given)
    return value in given


def _number(value: Any, op: str, leaf: Leaf, scene: Scene) -> bool:
    value, limits = float(value), [float(limit) for limit in leaf.values]  # type: ignore[arg-type]
    tests: dict[str, Callable[[], bool]] = {
        "is": lambda: value in limits,
        "gt": lambda: value > limits[0],
        "gte": lambda: value >= limits[0],
        "lt": lambda: value < limits[0],
        "lte": lambda: value <= limits[0],
        "between": lambda: limits[0] <= value <= limits[-1],
    }
    return tests[op]()


def _member(value: Any, op: str, leaf: Leaf, scene: Scene) -> bool:
    return value in leaf.values


def _moment(value: Any, op: str, leaf: Leaf, scene: Scene) -> bool:
    return moments(op, leaf.values, scene).holds(value)


def _day(value: Any, op: str, leaf: Leaf, scene: Scene) -> bool:
    span = days(op, leaf.values, scene)
    if not isinstance(value, str):
        return span.holds(value)
    return day_texts(span).holds(value)


def day_texts(span: Span) -> Any:
    """The same span over days written as text, as custom attributes hold them."""
    start, end = (edge and edge.isoformat() for edge in (span.start, span.end))
    return Span(start, end, span.closed)  # type: ignore[arg-type]


def _reference(value: Any, op: str, leaf: Leaf, scene: Scene) -> bool:
    return value in scene.keys(leaf.field, leaf.values)


_COMPARE: dict[Kind, Callable[[Any, str, Leaf, Scene], bool]] = {
    Kind.TEXT: _text,
    Kind.EXACT: _exact,
    Kind.NUMBER: _number,
    Kind.CHOICE: _member,
    Kind.BOOLEAN: _member,
    Kind.DATE: _day,
    Kind.MOMENT: _moment,
    Kind.REFERENCE: _reference,
}


# --- behaviour --------------------------------------------------------------------------------
def _did(did: Did, facts: Facts, scene: Scene) -> bool:
    return (len(touches_of(did, facts, scene)) >= did.times) is not did.is_negated


def touches_of(did: Did, facts: Facts, scene: Scene) -> list[Touch]:
    """The touches that one condition on behaviour means; those that are left out never count."""
    span = touch_span(did, scene)
    campaigns = scene.keys("campaign", (did.campaign,)) if did.campaign else None
    title, url = folded_value(did.title), folded_value(did.url)
    return [
        touch
        for touch in facts.touches
        if not touch.left_out
        and (not did.kinds or touch.kind in did.kinds)
        and (campaigns is None or touch.campaign in campaigns)
        and title in fold(touch.title)
        and url in fold(touch.url)
        and span.holds(touch.at)
    ]


def touch_span(did: Did, scene: Scene) -> Span:
    if did.days is not None:
        return moments("in_last", (did.days,), scene)
    start: date | datetime | None = scene.start(did.since) if did.since else None
    return Span(start, scene.end(did.until) if did.until else None)
