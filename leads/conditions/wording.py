"""A condition as a sentence in plain English. Plain Python."""

from __future__ import annotations

from datetime import date
from typing import Any

from leads.conditions.scene import Scene
from leads.conditions.tree import Did, Group, Leaf, Node, Not
from leads.conditions.vocabulary import FieldSpec, Kind, Vocabulary

#: What somebody has done, as it stands after "has".
DONE = {
    "call": "spoken on a call",
    "email": "had an email",
    "meeting": "met with us",
    "event": "come to an event",
    "form": "filled in a form",
    "download": "downloaded something",
    "page_view": "visited a page",
    "chat": "chatted",
    "mail_open": "opened a mail",
    "mail_click": "clicked a link in a mail",
    "advert": "come by an advertisement",
    "social": "met us on social media",
    "other": "had another contact",
}
_TEXTS = {
    "is": "is {}",
    "is_not": "is not {}",
    "contains": "contains {}",
    "not_contains": "does not contain {}",
    "starts_with": "starts with {}",
    "gt": "is more than {}",
    "gte": "is at least {}",
    "lt": "is less than {}",
    "lte": "is at most {}",
    "on": "is on {}",
    "before": "is before {}",
    "after": "is after {}",
    "in_last": "is in the last {}",
    "older_than": "is more than {} ago",
    "in_next": "is in the next {}",
    "blank": "is blank",
    "not_blank": "is not blank",
}
_QUOTED = frozenset({"contains", "not_contains", "starts_with"})


def sentence(node: Node, scene: Scene, vocabulary: Vocabulary) -> str:
    """The whole condition as one sentence, with a capital and without a full stop."""
    text = say(node, scene, vocabulary)
    return text[:1].upper() + text[1:]


def say(node: Node, scene: Scene, vocabulary: Vocabulary) -> str:
    if isinstance(node, Group):
        word = " and " if node.how == "all" else " or "
        return word.join(_part(part, node, scene, vocabulary) for part in node.parts)
    if isinstance(node, Not):
        return f"not ({say(node.part, scene, vocabulary)})"
    return (
        _did(node, scene, vocabulary) if isinstance(node, Did) else _leaf(node, scene, vocabulary)
    )


def _part(part: Node, group: Group, scene: Scene, vocabulary: Vocabulary) -> str:
    """Parts of another kind of group stand in brackets, so that the sentence has one reading."""
    text = say(part, scene, vocabulary)
    is_mixed = isinstance(part, Group) and len(part.parts) > 1 and part.how != group.how
    return f"({text})" if is_mixed else text


def _leaf(leaf: Leaf, scene: Scene, vocabulary: Vocabulary) -> str:
    spec = vocabulary.find(leaf.field)
    label = _lower_first(spec.label) if spec else leaf.field
    if leaf.op == "between":
        first, last = (_value(value, spec, leaf, scene) for value in leaf.values)
        return f"{label} is between {first} and {last}"
    if leaf.op in {"in_last", "older_than", "in_next"}:
        days = _days(leaf.values[0], is_distance=leaf.op == "older_than")
        return f"{label} {_TEXTS[leaf.op].format(days)}"
    said = " or ".join(_value(value, spec, leaf, scene) for value in leaf.values)
    return f"{label} {_TEXTS[leaf.op].format(said)}"


def _lower_first(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _days(count: Any, *, is_distance: bool = False) -> str:
    """``the last day``, ``the last 14 days``; but ``1 day ago``."""
    if count == 1:
        return "1 day" if is_distance else "day"
    return f"{count:,} days"


def _value(value: Any, spec: FieldSpec | None, leaf: Leaf, scene: Scene) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,}"
    if spec is not None and spec.kind is Kind.REFERENCE:
        return scene.named(leaf.field, value)
    text = dict(spec.choices).get(value, value) if spec else value
    return f"“{text}”" if leaf.op in _QUOTED else str(text)


def _did(did: Did, scene: Scene, vocabulary: Vocabulary) -> str:
    done = [
        DONE.get(kind, f"had a contact: {vocabulary.kinds.get(kind, kind)}") for kind in did.kinds
    ]
    text = " or ".join(done) or "had any contact"
    for part, place in ((did.title, "title"), (did.url, "address")):
        text += f" with “{part}” in its {place}" if part else ""
    if did.campaign:
        text += f" from the campaign {scene.named('campaign', did.campaign)}"
    if did.times > 1:
        text += f" at least {did.times:,} times"
    return f"has {'not ' if did.is_negated else ''}{text}{_when(did)}"


def _when(did: Did) -> str:
    if did.days is not None:
        return f" in the last {_days(did.days)}"
    since = f" since {did.since.isoformat()}" if did.since else ""
    until = f" until {did.until.isoformat()}" if did.until else ""
    return since + until
