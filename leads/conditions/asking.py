"""Conditions in the hands of somebody: read for a reader, compiled, told as a sentence.

In short: ``condition = read(text_or_json, user)``, then ``condition.q``, ``condition.sentence``,
``condition.judge(lead)`` and ``condition.json``. Names of rows that the reader may not see are unknown
to them, and so is every field that their role sees hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from campaigns.models import Campaign
from leads.conditions import parsing
from leads.conditions.judging import Facts, Touch, Verdict, judge
from leads.conditions.scene import Scene
from leads.conditions.sql import compiled
from leads.conditions.tree import (
    Did,
    Leaf,
    Node,
    Wrong,
    fields_of,
    leaves,
    looks_at_touchpoints,
)
from leads.conditions.vocabulary import (
    STANDARD,
    Attribute,
    Kind,
    Vocabulary,
)
from leads.conditions.wording import sentence
from leads.models import AttributeDefinition, Tag, Touchpoint
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.accounts.policy import masked_fields
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from django.db.models import QuerySet

    from leads.models import Lead

#: Words that mean another row for each reader.
PERSONAL = {"owner": "me", "team": "mine"}
_LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Condition:
    """A condition that has been read, with everything it names found."""

    node: Node
    scene: Scene
    vocabulary: Vocabulary

    @cached_property
    def q(self) -> Q:
        return compiled(self.node, self.scene, self.vocabulary)

    @cached_property
    def sentence(self) -> str:
        return sentence(self.node, self.scene, self.vocabulary)

    @property
    def json(self) -> dict[str, Any]:
        return parsing.to_json(self.node)

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return parsing.to_text(self.node)

    @property
    def is_personal(self) -> bool:
        """Whether it means other leads for another reader."""
        return any(
            isinstance(leaf, Leaf) and PERSONAL.get(leaf.field) in leaf.values
            for leaf in leaves(self.node)
        )

    def judge(self, lead: Lead) -> Verdict:
        return judge(self.node, facts_of(lead, self.node), self.scene, self.vocabulary)


def read(
    value: Any, user: User, *, now: datetime | None = None, zone: tzinfo | None = None
) -> Condition:
    """The condition as ``user`` means it, out of a text or JSON. Raises ``Wrong``.

    Days are those of the reader's zone, unless another is given.
    """
    vocabulary = vocabulary_for(user)
    read_in = parsing.from_text if isinstance(value, str) else parsing.parse
    node = read_in(value, vocabulary)
    scene = _scene([node], user, now=now, zone=zone)
    _refuse_unknown(node, scene)
    return Condition(node, scene, vocabulary)


def reopen(value: Any, *, now: datetime | None = None) -> Condition:
    """A condition that was checked when it was stored, as the portal itself means it.

    Days are those of the deployment. A name that no longer stands for anything matches nothing.
    """
    vocabulary = vocabulary_for(None)
    node = parsing.parse(value, vocabulary)
    scene = _scene([node], None, now=now, zone=timezone.get_default_timezone())
    return Condition(node, scene, vocabulary)


def reopen_all(
    values: Sequence[Any], *, now: datetime | None = None, zone: tzinfo | None = None
) -> list[Condition | None]:
    """Many stored conditions with as many queries as one; None where there is none to be read."""
    vocabulary = vocabulary_for(None)
    nodes = [_parsed(value, vocabulary) for value in values]
    known = [node for node in nodes if node is not None]
    scene = _scene(known, None, now=now, zone=zone or timezone.get_default_timezone())
    return [Condition(node, scene, vocabulary) if node else None for node in nodes]


def sentences(values: Sequence[Any]) -> list[str]:
    """Stored conditions in words, with as many queries as one; empty where one cannot be read."""
    return [condition.sentence if condition else "" for condition in reopen_all(values)]


def _parsed(value: Any, vocabulary: Vocabulary) -> Node | None:
    try:
        return parsing.parse(value, vocabulary) if value is not None else None
    except Wrong:
        return None


def uses_hidden(value: Any, user: User) -> bool:
    """Whether a stored condition asks for what the reader's role does not see."""
    vocabulary = vocabulary_for(user, with_attributes=False)
    if not vocabulary.hidden and vocabulary.sees_touchpoints:
        return False
    node = _parsed(value, vocabulary_for(None, with_attributes=False))
    if node is None:
        return True
    if looks_at_touchpoints(node) and not vocabulary.sees_touchpoints:
        return True
    return any(vocabulary.hides(name) for name in fields_of(node))


def vocabulary_for(user: User | None, *, with_attributes: bool = True) -> Vocabulary:
    """What this reader can name; everything for the portal itself."""
    found: dict[str, Attribute] = {}
    if with_attributes:
        rows = AttributeDefinition.objects.values_list("name", "label", "type")
        found = {name: Attribute(label, Kind(kind)) for name, label, kind in rows}
    return Vocabulary(
        attributes=found,
        kinds=dict(Touchpoint.Kind.choices),
        hidden=masked_fields(user, "leads.lead") if user else frozenset(),
        sees_touchpoints=user is None or user.may("leads.view_touchpoint"),
    )


# --- names ------------------------------------------------------------------------------------
def _scene(
    nodes: Sequence[Node], user: User | None, *, now: datetime | None, zone: tzinfo | None
) -> Scene:
    asked: dict[str, set[str]] = defaultdict(set)
    for leaf in (leaf for node in nodes for leaf in leaves(node)):
        if isinstance(leaf, Did):
            asked["campaign"] |= {leaf.campaign} - {""}
        elif leaf.field in _FINDERS:
            asked[leaf.field] |= {str(value) for value in leaf.values}
    rows: dict[tuple[str, str], tuple[int, ...]] = {}
    names: dict[tuple[str, str], str] = {}
    for field, texts in asked.items():
        for text, keys, name in _FINDERS[field](texts, user) if texts else ():
            rows[field, text], names[field, text] = keys, name
    return Scene(
        now=now or timezone.now(),
        zone=zone or timezone.get_current_timezone(),
        rows=rows,
        names=names,
    )


def _refuse_unknown(node: Node, scene: Scene) -> None:
    for leaf in leaves(node):
        named = [("campaign", leaf.campaign)] if isinstance(leaf, Did) and leaf.campaign else []
        if isinstance(leaf, Leaf) and leaf.field in _FINDERS:
            named = [(leaf.field, str(value)) for value in leaf.values]
        for field, text in named:
            if (field, text) not in scene.rows:
                raise Wrong(
                    leaf.place, f"There is no {STANDARD[field].label.lower()} “{text[:80]}”."
                )


Found = Iterable[tuple[str, tuple[int, ...], str]]


def _keys(texts: Iterable[str]) -> list[int]:
    digits = (text for text in texts if text.isascii() and text.isdigit() and len(text) < 20)
    return [key for key in map(int, digits) if key <= _LARGEST_KEY]


def _permitted(rows: Any, user: User | None, action: str) -> Any:
    return rows.all() if user is None else rows.permitted(user, action)


def _owners(texts: set[str], user: User | None) -> Found:
    people = _permitted(User.objects, user, "accounts.view_user").filter(pk__in=_keys(texts))
    found = [(str(person.pk), (person.pk,), str(person)) for person in people]
    return [*found, ("me", (user.pk,), "me")] if user and "me" in texts else found


def _teams(texts: set[str], user: User | None) -> Found:
    teams = _permitted(Team.objects, user, "accounts.view_team").filter(pk__in=_keys(texts))
    found: list[tuple[str, tuple[int, ...], str]]
    found = [(str(team.pk), (team.pk,), str(team)) for team in teams]
    if user and "mine" in texts:
        found.append(("mine", tuple(user.team_ids), "one of mine"))
    return found


def _documents(model: Any, action: str) -> Callable[[set[str], User | None], Found]:
    def find(texts: set[str], user: User | None) -> Found:
        rows: QuerySet[Any] = _permitted(model.objects, user, action)
        wanted = Q(slug__in=texts) | Q(pk__in=_keys(texts))
        for row in rows.filter(wanted).only("pk", "slug", "title"):
            yield row.slug, (row.pk,), row.title
            if str(row.pk) in texts:
                yield str(row.pk), (row.pk,), row.title

    return find


def _stages(texts: set[str], user: User | None) -> Found:
    rows = _permitted(Stage.objects, user, "funnel.view_stage").filter(slug__in=texts)
    return [(stage.slug, (stage.pk,), stage.name) for stage in rows]


def _tags(texts: set[str], user: User | None) -> Found:
    """Tags by name; two that differ by case are one."""
    rows = _permitted(Tag.objects, user, "leads.view_tag").alias(key=Lower("name"))
    return [
        (text, (tag.pk,), tag.name)
        for tag in rows.filter(key__in=[text.lower() for text in texts])
        for text in texts
        if text.lower() == tag.name.lower()
    ]


_FINDERS: dict[str, Callable[[set[str], User | None], Found]] = {
    "owner": _owners,
    "team": _teams,
    "campaign": _documents(Campaign, "campaigns.view_campaign"),
    "persona": _documents(Persona, "personas.view_persona"),
    "stage": _stages,
    "tag": _tags,
}


# --- facts ------------------------------------------------------------------------------------
def facts_of(lead: Lead, node: Node) -> Facts:
    """What the condition may ask of one lead. Touchpoints are read only where it looks at them."""
    company = lead.company if lead.company_id else None
    values: dict[str, Any] = {}
    for name, spec in STANDARD.items():
        if spec.kind is Kind.REFERENCE and spec.of == "lead":
            values[name] = getattr(lead, f"{spec.column}_id")
        elif spec.of == "lead":
            values[name] = getattr(lead, spec.column)
        elif spec.of == "company":
            values[name] = getattr(company, spec.column) if company else None
    if "tag" in fields_of(node):
        values["tag"] = {tag.pk for tag in lead.tags.all()}
    rows = lead.touchpoints.all() if looks_at_touchpoints(node) else ()
    touches = [
        Touch(row.kind, row.occurred_at, row.title, row.url, row.campaign_id, row.left_out)
        for row in rows
    ]
    return Facts(values, lead.attributes, touches)
