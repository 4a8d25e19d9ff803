"""A content prepared for reading: sections, labels and named references, in order."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery

from portal.core.formatting import language_text
from portal.documents.models import Revision
from portal.documents.references import named
from portal.documents.schema import NAME, Content, Field, Kind, Section

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model

    from portal.documents.models import AgreedDocument

    Rows = dict[tuple[str, int], Model]


@dataclass(slots=True)
class Shown:
    """One field with its value as templates show it (see ``kind`` in the schema)."""

    field: Field
    value: Any
    is_empty: bool
    rows: list[list[Shown]] = dataclasses.field(default_factory=list)
    chosen: str = ""

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def kind(self) -> str:
        return self.field.kind.value

    @property
    def by_key(self) -> list[dict[str, Any]]:
        """The rows of an items field as dictionaries of shown values, for hand-made layouts.

        A choice has its key beside its words: ``side`` says "Sales' view", ``side_key`` "sales".
        """
        return [
            {part.key: part.value for part in row}
            | {f"{part.key}_key": part.chosen for part in row if part.chosen}
            for row in self.rows
        ]


@dataclass(slots=True)
class ShownSection:
    section: Section
    fields: list[Shown]

    @property
    def key(self) -> str:
        return self.section.key

    @property
    def title(self) -> str:
        return self.section.title

    @property
    def filled(self) -> list[Shown]:
        return [shown for shown in self.fields if not shown.is_empty]


def read(subject: AgreedDocument, content: Content) -> list[ShownSection]:
    """Every section of ``content``. One query for each model that it refers to."""
    complete = subject.complete(content)
    rows = named(subject.schema, complete)
    return [
        ShownSection(section, [_show(f, complete[f.key], rows) for f in _told(section)])
        for section in subject.schema.sections
    ]


def _told(section: Section) -> list[Field]:
    """The fields that stand in the text; the name stands over it."""
    return [f for f in section.fields if f.key != NAME.key]


def number_at(at: datetime) -> Subquery:
    """Beside an agreed document: the number of the revision that was in force at a moment."""
    agreed = Revision.objects.filter(document=OuterRef("document"), agreed_at__lte=at)
    return Subquery(agreed.exclude(superseded_at__lte=at).values("number")[:1])


def by_key(sections: list[ShownSection]) -> dict[str, Shown]:
    """The fields of all sections by their keys, for hand-made pages."""
    return {shown.key: shown for section in sections for shown in section.fields}


def _show(f: Field, value: Any, rows: Rows) -> Shown:
    shown = Shown(f, value, f.is_empty(value))
    match f.kind:
        case Kind.CHOICE:
            shown.value, shown.chosen = f.choice_label(value), value or ""
        case Kind.CHOICES:
            shown.value = [f.choice_label(key) for key in value]
        case Kind.DATE:
            shown.value = date.fromisoformat(value) if value else None
        case Kind.LANGUAGE:
            shown.value = language_text(value)
        case Kind.REFERENCE:
            shown.value = rows.get((f.refers_to, value))
        case Kind.REFERENCES:
            shown.value = [row for key in value if (row := rows.get((f.refers_to, key)))]
        case Kind.ITEMS:
            shown.rows = [
                [_show(part, item.get(part.key, part.blank), rows) for part in f.items]
                for item in value
            ]
    return shown
