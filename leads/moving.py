"""What belongs to a lead, and how each of it goes along when two leads become one.

Every relation to a lead is declared: the noun's own here, a room's in its ``AppConfig.ready``. A
relation that nobody has declared fails a test and stops a merge, so that nothing is ever lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.apps import apps

from leads.models import Lead
from portal.topics.models import Topic

if TYPE_CHECKING:
    from django.db.models import Model


class Way(StrEnum):
    """How rows go along. Either way they come back when the merge is undone.

    MOVES: they point at the lead that stays. Where it has the same already (a unique constraint), the
    row is set aside; a form's token, which only keeps a double click from making two, is taken off.
    WAITS: they speak of the lost record only and are set aside: what is worked out again by itself.
    """

    MOVES = "moves"
    WAITS = "waits"


@dataclass(frozen=True)
class Relation:
    """A foreign key (or the lead's side of a many-to-many) that points at a lead or at its topic."""

    model: type[Model]
    field: str

    @property
    def label(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field}"

    @property
    def noun(self) -> str:
        return str(self.model._meta.verbose_name_plural)


@dataclass(frozen=True)
class Pointer:
    """A row that names a lead without a foreign key: ``values(pk)`` are its columns for that lead."""

    label: str
    values: Callable[[int], dict[str, Any]]

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)


_WAYS: dict[str, Way] = {
    "leads.touchpoint.lead": Way.MOVES,
    "leads.note.lead": Way.MOVES,
    "leads.stagechange.lead": Way.MOVES,
    "leads.assignment.lead": Way.MOVES,
    "leads.formerkey.lead": Way.MOVES,
    "leads.consentchange.lead": Way.MOVES,
    "leads.knownvisitor.lead": Way.MOVES,
    "leads.lead_tags.lead": Way.MOVES,
    "bulk.bulkchange.lead": Way.MOVES,
    "companies.member.lead": Way.MOVES,
    "opportunities.opportunity.lead": Way.MOVES,
    # Who belongs to a segment follows from the lead as it is.
    "segments.member.lead": Way.WAITS,
    "webhooks.delivery.lead": Way.MOVES,
    "outreach.use.lead": Way.MOVES,
    "feedback.thread.topic": Way.MOVES,
}
_POINTERS: list[Pointer] = [
    Pointer("activity.activity", lambda pk: {"subject_type": "leads.lead", "subject_id": pk}),
    Pointer("notifications.notification", lambda pk: {"about": f"leads.lead:{pk}"}),
]
_AFTERWARDS: list[Callable[[Lead], object]] = []


def declare(label: str, way: Way = Way.MOVES) -> None:
    """``declare("handoffs.handoff.lead")``: how the rows of one relation go along."""
    _WAYS[label] = way


def declare_pointer(pointer: Pointer) -> None:
    if pointer.label not in {known.label for known in _POINTERS}:
        _POINTERS.append(pointer)


def afterwards(act: Callable[[Lead], object]) -> None:
    """What follows a merge and its undoing, in the same transaction: a score is worked out anew."""
    if act not in _AFTERWARDS:
        _AFTERWARDS.append(act)


def ways() -> dict[str, Way]:
    return dict(_WAYS)


def pointers() -> list[Pointer]:
    return list(_POINTERS)


def followers() -> list[Callable[[Lead], object]]:
    return list(_AFTERWARDS)


def relations_to_leads() -> list[Relation]:
    """Every foreign key in the portal that points at a lead, hidden ones included."""
    return sorted(_pointing_at(Lead), key=lambda relation: relation.label)


def relations_to_topics() -> list[Relation]:
    """Every foreign key that points at a topic, but for the subjects that bear one."""
    found = (
        relation
        for relation in _pointing_at(Topic)
        if relation.field != "topic" or _hangs(relation)
    )
    return sorted(found, key=lambda relation: relation.label)


def _hangs(relation: Relation) -> bool:
    return not relation.model._meta.get_field(relation.field).one_to_one


def _pointing_at(target: type[Model]) -> Iterator[Relation]:
    for field in target._meta.get_fields(include_hidden=True):
        is_reverse = field.auto_created and not field.concrete
        if is_reverse and (field.one_to_many or field.one_to_one) and field.related_model:
            yield Relation(field.related_model, field.field.name)  # type: ignore[union-attr]
