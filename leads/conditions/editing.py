"""The filter editor: a condition as rows in groups, and back. Each change is one round trip.

The editor knows two levels, which is what people build by hand: groups of rows, joined by all or any.
A condition that nests deeper, or says "not", is edited as text.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from campaigns.models import Campaign
from leads.capture import assignable
from leads.conditions import parsing
from leads.conditions.tree import Did, Group, Leaf, Node, Wrong
from leads.conditions.vocabulary import (
    IN_DAYS,
    OPS,
    VALUELESS,
    WORDS,
    FieldSpec,
    Kind,
    Vocabulary,
)
from leads.models import Tag
from personas.models import Persona
from portal.accounts.models import Team
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from portal.accounts.models import User

MOST_GROUPS, MOST_ROWS = 8, 12
#: The longest list of rows that a choice offers.
MOST_CHOICES = 500
DID, DID_NOT = "What they did", "What they did not do"
SEVERAL = ";"
PARTS = ("field", "op", "value", "to", "title", "url", "times", "days", "was", "campaign")


@dataclass(frozen=True)
class Row:
    """One single condition as typed. ``field`` holds the words that people chose."""

    field: str = ""
    op: str = ""
    values: tuple[str, ...] = ()
    to: str = ""
    title: str = ""
    url: str = ""
    times: str = ""
    days: str = ""
    campaign: str = ""
    kinds: tuple[str, ...] = ()
    error: str = ""

    @property
    def value(self) -> str:
        return f"{SEVERAL} ".join(self.values)

    @property
    def is_behaviour(self) -> bool:
        return self.field in (DID, DID_NOT)


@dataclass(frozen=True)
class Part:
    how: str = "all"
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What stands in the editor."""

    how: str = "all"
    groups: tuple[Part, ...] = (Part(rows=(Row(),)),)
    text: str = ""
    errors: tuple[str, ...] = field(default=())


# --- from a condition -------------------------------------------------------------------------
def draft_of(node: Node | None, vocabulary: Vocabulary) -> Draft:
    """The rows of a condition; its text where rows cannot say it."""
    if node is None:
        return Draft()
    group = node if isinstance(node, Group) else Group("all", (node,))
    text = parsing.to_text(node)
    parts = _two_levels(group)
    if parts is None:
        return Draft(text=text)
    rows = [Part(how, tuple(_row(leaf, vocabulary) for leaf in leaves)) for how, leaves in parts]
    return Draft(group.how, tuple(rows))


def _two_levels(group: Group) -> list[tuple[str, list[Leaf | Did]]] | None:
    """The groups of single conditions that the editor can show; None where it cannot."""
    direct = [part for part in group.parts if isinstance(part, Leaf | Did)]
    inner = [part for part in group.parts if isinstance(part, Group)]
    if len(direct) + len(inner) < len(group.parts) or len(inner) + 1 > MOST_GROUPS:
        return None
    found: list[tuple[str, list[Leaf | Did]]] = [(group.how, direct)] if direct else []
    for part in inner:
        singles = [leaf for leaf in part.parts if isinstance(leaf, Leaf | Did)]
        if len(singles) < len(part.parts):
            return None
        found.append((part.how, singles))
    fits = all(len(rows) <= MOST_ROWS and all(map(_is_shown, rows)) for _, rows in found)
    return found if fits else None


def _is_shown(leaf: Leaf | Did) -> bool:
    if isinstance(leaf, Did):
        return not (leaf.since or leaf.until)
    return not any(SEVERAL in str(value) for value in leaf.values)


def _row(leaf: Leaf | Did, vocabulary: Vocabulary) -> Row:
    if isinstance(leaf, Did):
        return Row(
            field=DID_NOT if leaf.is_negated else DID,
            kinds=leaf.kinds,
            title=leaf.title,
            url=leaf.url,
            campaign=leaf.campaign,
            times=str(leaf.times) if leaf.times > 1 else "",
            days=str(leaf.days or ""),
        )
    spec = vocabulary.find(leaf.field)
    name = shown_name(spec, vocabulary) if spec else leaf.field
    values = [str(value) for value in parsing.plain_values(leaf)]
    if leaf.op == "between":
        return Row(field=name, op=leaf.op, values=(values[0],), to=values[1])
    return Row(field=name, op=leaf.op, values=tuple(values))


def shown_name(spec: FieldSpec, vocabulary: Vocabulary) -> str:
    """The words by which the editor offers a field; its own name where two share them."""
    same = [other for other in vocabulary.fields() if other.label == spec.label]
    return spec.label if len(same) == 1 else spec.name


# --- from the form ----------------------------------------------------------------------------
def draft_from(data: QueryDict) -> Draft:
    """What somebody has typed so far, whether it can be understood or not."""
    groups = []
    for place in range(MOST_GROUPS):
        if f"g{place}.how" not in data:
            break
        rows = []
        for line in range(MOST_ROWS):
            name = f"g{place}r{line}"
            if f"{name}.field" not in data:
                break
            rows.append(_typed(data, name))
        groups.append(Part(_how(data.get(f"g{place}.how")), tuple(rows)))
    text = data.get("text", "").strip()[: parsing.LONGEST_JSON + 1]
    return Draft(_how(data.get("how")), tuple(groups) or Draft().groups, text)


def _how(text: str | None) -> str:
    return "any" if text == "any" else "all"


def _typed(data: QueryDict, name: str) -> Row:
    typed = {part: data.get(f"{name}.{part}", "").strip()[:400] for part in PARTS}
    if typed["was"] and typed["was"] != typed["field"]:
        return Row(field=typed["field"])
    values = tuple(value.strip()[:400] for value in data.getlist(f"{name}.value") if value.strip())
    named = {
        k: typed[k] for k in ("field", "op", "to", "title", "url", "times", "days", "campaign")
    }
    return Row(values=values, kinds=tuple(data.getlist(f"{name}.kinds")), **named)


def changed(draft: Draft, act: str) -> Draft:
    """The draft after a button: ``add-0``, ``drop-0-1``, ``group``."""
    verb, _, rest = act.partition("-")
    places = [int(number) for number in rest.split("-") if number.isascii() and number.isdigit()]
    groups = list(draft.groups)
    if verb == "group" and len(groups) < MOST_GROUPS:
        groups.append(Part(rows=(Row(),)))
    elif verb == "add" and places and places[0] < len(groups):
        part = groups[places[0]]
        groups[places[0]] = replace(part, rows=(*part.rows, Row())[:MOST_ROWS])
    elif verb == "drop" and len(places) == 2 and places[0] < len(groups):
        part = groups[places[0]]
        rows = tuple(row for line, row in enumerate(part.rows) if line != places[1])
        groups[places[0] : places[0] + 1] = [replace(part, rows=rows)] if rows else []
    return replace(draft, groups=tuple(groups) or Draft().groups)


# --- to a condition ---------------------------------------------------------------------------
def value_of(draft: Draft, vocabulary: Vocabulary) -> tuple[dict[str, Any] | None, Draft]:
    """The condition as JSON (None when nothing is asked), and the draft with what is wrong in it."""
    if draft.text:
        return _text_value(draft)
    groups, parts = [], []
    for part in draft.groups:
        read = [_read(row, vocabulary) for row in part.rows]
        groups.append(replace(part, rows=tuple(row for _, row in read)))
        asked = [value for value, _ in read if value is not None]
        if asked:
            parts.append({part.how: asked})
    draft = replace(draft, groups=tuple(groups))
    if not parts:
        return None, draft
    return (parts[0] if len(parts) == 1 else {draft.how: parts}), draft


def _text_value(draft: Draft) -> tuple[dict[str, Any] | None, Draft]:
    try:
        value = json.loads(draft.text)
    except (ValueError, RecursionError):
        return None, replace(draft, errors=("The text is not JSON. Nothing was changed.",))
    if not isinstance(value, dict):
        return None, replace(draft, errors=("A condition is an object in curly brackets.",))
    return value, draft


def has_errors(draft: Draft) -> bool:
    return bool(draft.errors) or any(row.error for part in draft.groups for row in part.rows)


def with_error(draft: Draft, text: str) -> Draft:
    return replace(draft, errors=(*draft.errors, text))


def _read(row: Row, vocabulary: Vocabulary) -> tuple[dict[str, Any] | None, Row]:
    if not row.field:
        return None, row
    try:
        value = _did_value(row) if row.is_behaviour else _field_value(row, vocabulary)
        if value is None:
            return None, row
        parsing.parse(value, vocabulary)
    except Wrong as wrong:
        return None, replace(row, error=wrong.text)
    return value, row


def _field_value(row: Row, vocabulary: Vocabulary) -> dict[str, Any] | None:
    spec = spec_named(row.field, vocabulary)
    if spec is None:
        raise Wrong("", f"There is no field “{row.field[:80]}”. Choose one of the list.")
    return _leaf_value(row, spec)


def spec_named(words: str, vocabulary: Vocabulary) -> FieldSpec | None:
    """The field behind what somebody chose or typed: its label, case aside, or its name."""
    wanted = words.casefold()
    fitting = [spec for spec in vocabulary.fields() if spec.label.casefold() == wanted]
    return fitting[0] if len(fitting) == 1 else vocabulary.find(words)


def _did_value(row: Row) -> dict[str, Any]:
    named = {
        "title_contains": row.title,
        "url_contains": row.url,
        "campaign": row.campaign,
        "at_least": row.times,
        "in_last": row.days,
    }
    key = "did" if row.field == DID else "did_not"
    return {key: list(row.kinds) or ["anything"], **{k: v for k, v in named.items() if v}}


def _leaf_value(row: Row, spec: FieldSpec) -> dict[str, Any] | None:
    """The row as JSON; None while it has just been given its field."""
    op = row.op or spec.ops[0]
    if op in VALUELESS:
        return {"field": spec.name, op: True}
    if not row.op and not row.values:
        return None
    values: Sequence[str] = row.values
    if op in {"is", "is_not", "contains", "not_contains", "starts_with"} and len(values) == 1:
        values = [text.strip() for text in values[0].split(SEVERAL) if text.strip()]
    if op == "between":
        return {"field": spec.name, op: [*values[:1], row.to] if row.to else list(values)}
    value: Any = list(values) if len(values) != 1 else values[0]
    return {"field": spec.name, op: value}


# --- what the page shows ----------------------------------------------------------------------
@dataclass(frozen=True)
class Shown:
    """One row as the page draws it. ``widget`` says how its value is asked."""

    row: Row
    name: str
    ops: Sequence[tuple[str, str]] = ()
    op: str = ""
    widget: str = ""
    choices: Sequence[tuple[str, str]] = ()

    @property
    def is_new(self) -> bool:
        """Whether its field was only just chosen, so that what it asks comes next."""
        return bool(self.row.field) and replace(self.row, field="", error="") == Row()


def shown(draft: Draft, vocabulary: Vocabulary, user: User) -> list[tuple[Part, list[Shown]]]:
    offers = _Offers(user)
    return [
        (
            part,
            [
                _shown(row, f"g{place}r{line}", vocabulary, offers)
                for line, row in enumerate(part.rows)
            ],
        )
        for place, part in enumerate(draft.groups)
    ]


def _shown(row: Row, name: str, vocabulary: Vocabulary, offers: _Offers) -> Shown:
    if row.is_behaviour:
        kinds = tuple(vocabulary.kinds.items())
        return Shown(row, name, widget="did", choices=kinds)
    spec = spec_named(row.field, vocabulary) if row.field else None
    if spec is None:
        return Shown(row, name)
    op = row.op if row.op in spec.ops else spec.ops[0]
    ops = [(known, WORDS[known]) for known in OPS[spec.kind]]
    return Shown(row, name, ops, op, _widget(spec, op), offers.of(spec))


def _widget(spec: FieldSpec, op: str) -> str:
    if op in VALUELESS:
        return "none"
    if op in IN_DAYS:
        return "days"
    return {
        Kind.REFERENCE: "choice",
        Kind.CHOICE: "choice",
        Kind.BOOLEAN: "choice",
        Kind.NUMBER: "number",
        Kind.DATE: "day",
        Kind.MOMENT: "day",
    }.get(spec.kind, "text")


def campaigns_for(user: User) -> list[tuple[str, str]]:
    return _Offers(user).named("campaign")


class _Offers:
    """The choices of the fields in use, each asked for once."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._found: dict[str, list[tuple[str, str]]] = {}

    def of(self, spec: FieldSpec) -> Sequence[tuple[str, str]]:
        if spec.kind is Kind.BOOLEAN:
            return (("true", "Yes"), ("false", "No"))
        if spec.kind is not Kind.REFERENCE:
            return spec.choices
        return self.named(spec.name)

    def named(self, name: str) -> list[tuple[str, str]]:
        if name not in self._found:
            self._found[name] = self._rows(name)
        return self._found[name]

    def _rows(self, name: str) -> list[tuple[str, str]]:
        user = self.user
        if name == "owner":
            people = assignable(user)[:MOST_CHOICES]
            return [("me", "Me"), *((str(person.pk), str(person)) for person in people)]
        if name == "team":
            teams = Team.objects.permitted(user, "accounts.view_team")[:MOST_CHOICES]
            return [("mine", "One of mine"), *((str(team.pk), str(team)) for team in teams)]
        if name == "tag":
            tags = Tag.objects.permitted(user, "leads.view_tag")[:MOST_CHOICES]
            return [(tag.name, tag.name) for tag in tags]
        if name == "stage":
            stages = Stage.objects.permitted(user, "funnel.view_stage").active()
            return [(stage.slug, stage.name) for stage in stages]
        rows: Any = (
            Campaign.objects.permitted(user, "campaigns.view_campaign")
            if name == "campaign"
            else Persona.objects.permitted(user, "personas.view_persona")
        )
        return list(rows.order_by("title").values_list("slug", "title")[:MOST_CHOICES])
