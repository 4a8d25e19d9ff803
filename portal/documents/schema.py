"""What a kind of document consists of: sections and fields, declared once as data.

The form, the page, the comparison, the completeness check and the API all read the same schema,
and a revision's ``content`` is one JSON object of this shape:

=============  ================================================================================
kind           value
=============  ================================================================================
text           a line of text
prose          Markdown
choice         the key of one choice
choices        a list of keys
lines          a list of short texts
date           "2026-03-31"
language       a language tag, "en" or "pt-br"
number         a decimal as text, "12.5"
money          a decimal as text in the deployment's currency
yes_no         true or false
reference      the id of one row of ``refers_to``, or null
references     a list of ids of rows of ``refers_to``
items          a list of objects {"id": …, field: value …}
=============  ================================================================================

Plain: no Django, no database.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Content = dict[str, Any]

MAX_ITEMS = 200


class Kind(StrEnum):
    TEXT = "text"
    PROSE = "prose"
    CHOICE = "choice"
    CHOICES = "choices"
    LINES = "lines"
    DATE = "date"
    LANGUAGE = "language"
    NUMBER = "number"
    MONEY = "money"
    YES_NO = "yes_no"
    REFERENCE = "reference"
    REFERENCES = "references"
    ITEMS = "items"


class ContentError(ValueError):
    """What is wrong with a content: ``errors`` maps a field's path to sentences."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("; ".join(f"{key}: {' '.join(texts)}" for key, texts in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``why`` says why a missing value matters; with it the field must be filled in
    before the document can be proposed, and with ``is_always_needed`` before a draft is saved."""

    key: str
    label: str
    kind: Kind = Kind.TEXT
    help: str = ""
    why: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    items: tuple[Field, ...] = ()
    refers_to: str = ""
    max_length: int = 0
    max_items: int = MAX_ITEMS
    minimum: str = ""
    maximum: str = ""
    is_always_needed: bool = False

    @property
    def blank(self) -> Any:
        if self.kind in {Kind.CHOICES, Kind.LINES, Kind.REFERENCES, Kind.ITEMS}:
            return []
        if self.kind == Kind.YES_NO:
            return False
        return None if self.kind == Kind.REFERENCE else ""

    @property
    def is_required(self) -> bool:
        return bool(self.why)

    @property
    def item_fields(self) -> dict[str, Field]:
        return {item.key: item for item in self.items}

    def choice_label(self, key: str) -> str:
        return dict(self.choices).get(key, key)

    def clean(self, value: Any) -> Any:
        """The value in its stored form; raises ``ValueError`` with a sentence."""
        cleaned = self.blank if value is None else _CLEANERS[self.kind](self, value)
        if self.is_always_needed and self.is_empty(cleaned):
            raise ValueError(self.why)
        return cleaned

    def is_empty(self, value: Any) -> bool:
        return value in (None, "", [], False) if self.kind != Kind.YES_NO else False


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that are read and edited together."""

    key: str
    title: str
    fields: tuple[Field, ...]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that is still missing, and why it matters."""

    key: str
    label: str
    section: str
    why: str


#: What every document is called. Part of its content, so that it is agreed and compared like the
#: rest; the kind's own row shows the name that is in force.
NAME = Field("title", "Name", why="A document needs a name.", max_length=160, is_always_needed=True)


@dataclass(frozen=True)
class Schema:
    """The sections of a kind. The name is put before the fields of the first one."""

    sections: tuple[Section, ...]
    _fields: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        first, *others = self.sections
        named = replace(first, fields=(NAME, *first.fields))
        object.__setattr__(self, "sections", (named, *others))
        fields = {f.key: f for section in self.sections for f in section.fields}
        object.__setattr__(self, "_fields", fields)

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields.values())

    def __getitem__(self, key: str) -> Field:
        return self._fields[key]

    def __contains__(self, key: object) -> bool:
        return key in self._fields

    def section(self, key: str) -> Section:
        """The section of this key; ``KeyError`` when there is none."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def section_of(self, field_key: str) -> Section:
        return next(s for s in self.sections if any(f.key == field_key for f in s.fields))

    def blank(self) -> Content:
        return {f.key: f.blank for f in self}

    def complete(self, content: Mapping[str, Any]) -> Content:
        """``content`` with a blank for every field that it lacks (a schema may have grown)."""
        return {f.key: content.get(f.key, f.blank) for f in self}

    def clean(self, values: Mapping[str, Any]) -> Content:
        """The given fields in stored form. Unknown fields and wrong values raise ContentError."""
        cleaned: Content = {}
        errors: dict[str, list[str]] = {}
        for key, value in values.items():
            if key not in self:
                errors[key] = ["There is no field of this name."]
                continue
            try:
                cleaned[key] = self[key].clean(value)
            except ContentError as error:
                errors.update({f"{key}.{path}": texts for path, texts in error.errors.items()})
            except ValueError as error:
                errors[key] = [str(error)]
        if errors:
            raise ContentError(errors)
        return cleaned

    def missing(self, content: Mapping[str, Any]) -> list[Missing]:
        """Every required field that is still empty, in reading order."""
        return [
            Missing(f.key, f.label, section.key, f.why)
            for section in self.sections
            for f in section.fields
            if f.is_required and f.is_empty(content.get(f.key))
        ]


def new_item_id() -> str:
    """A short random key by which an item of a list is recognised in later revisions."""
    return secrets.token_hex(4)


def _text(value: Any, limit: int) -> str:
    if not isinstance(value, str | int | float):
        raise ValueError("This must be text.")
    text = str(value).replace("\r\n", "\n").strip()
    if "\x00" in text:
        raise ValueError("The text holds a NUL character, which cannot be stored.")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ValueError("The text holds half a character, which cannot be stored.")
    if len(text) > limit:
        raise ValueError(f"This is {len(text)} characters long; at most {limit} fit.")
    return text


def _clean_text(f: Field, value: Any) -> str:
    return " ".join(_text(value, f.max_length or 300).split())


def _clean_prose(f: Field, value: Any) -> str:
    return _text(value, f.max_length or 20_000)


def _clean_choice(f: Field, value: Any) -> str:
    if value != "" and value not in dict(f.choices):
        raise ValueError(f"Choose one of: {', '.join(label for _, label in f.choices)}.")
    return str(value)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ValueError("This must be a list.")
    return list(value)


def _clean_choices(f: Field, value: Any) -> list[str]:
    wanted = _listed(value)
    known = [key for key, _ in f.choices]
    if any(key not in known for key in wanted):
        raise ValueError(f"Choose among: {', '.join(label for _, label in f.choices)}.")
    return [key for key in known if key in wanted]


def _clean_lines(f: Field, value: Any) -> list[str]:
    lines = [_text(line, f.max_length or 300) for line in _listed(value)]
    lines = [line for line in lines if line]
    if len(lines) > f.max_items:
        raise ValueError(f"At most {f.max_items} fit here; there are {len(lines)}.")
    return lines


def _clean_date(_f: Field, value: Any) -> str:
    if value == "":
        return ""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise ValueError("Give a date as year-month-day, for example 2026-03-31.") from error


def _clean_number(f: Field, value: Any) -> str:
    if value == "":
        return ""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ValueError("Give a number, for example 12.5.") from error
    if not number.is_finite() or abs(number) >= Decimal("1e15"):
        raise ValueError("This number cannot be stored.")
    if f.minimum and number < Decimal(f.minimum):
        raise ValueError(f"This cannot be less than {f.minimum}.")
    if f.maximum and number > Decimal(f.maximum):
        raise ValueError(f"This cannot be more than {f.maximum}.")
    return format(number.normalize(), "f")


def _clean_yes_no(_f: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("This must be true or false.")
    return value


def _identifier(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit():
        raise ValueError("This must be the id of a record.")
    number = int(value)
    if number >= 2**63:
        raise ValueError("This must be the id of a record.")
    return number


def _clean_reference(_f: Field, value: Any) -> int | None:
    return None if value in ("", None) else _identifier(value)


def _clean_references(f: Field, value: Any) -> list[int]:
    ids = list(dict.fromkeys(_identifier(row) for row in _listed(value)))
    if len(ids) > f.max_items:
        raise ValueError(f"At most {f.max_items} fit here; there are {len(ids)}.")
    return ids


def _clean_items(f: Field, value: Any) -> list[Content]:
    cleaned: list[Content] = []
    errors: dict[str, list[str]] = {}
    seen: set[str] = set()
    for index, row in enumerate(_listed(value)):
        try:
            item = _clean_item(f, row)
        except ContentError as error:
            errors.update({f"{index}.{path}": texts for path, texts in error.errors.items()})
            continue
        if item is None:
            continue
        if item["id"] in seen:
            item["id"] = new_item_id()
        seen.add(item["id"])
        cleaned.append(item)
    if errors:
        raise ContentError(errors)
    if len(cleaned) > f.max_items:
        raise ValueError(f"At most {f.max_items} fit here; there are {len(cleaned)}.")
    return cleaned


def _clean_item(f: Field, row: Any) -> Content | None:
    """One item, or None when nothing is filled in."""
    if not isinstance(row, Mapping):
        raise ContentError({"": ["This must be an object."]})
    unknown = set(row) - set(f.item_fields) - {"id"}
    if unknown:
        raise ContentError({key: ["There is no field of this name."] for key in sorted(unknown)})
    item: Content = {"id": _text(row.get("id") or new_item_id(), 40)}
    errors: dict[str, list[str]] = {}
    for part in f.items:
        try:
            item[part.key] = part.clean(row.get(part.key))
        except ValueError as error:
            errors[part.key] = [str(error)]
    if errors:
        raise ContentError(errors)
    # A choice alone does not make a row: the form offers empty rows with a choice preset.
    filled = [p for p in f.items if not p.is_empty(item[p.key]) and p.kind != Kind.CHOICE]
    only_choices = all(p.kind in {Kind.CHOICE, Kind.YES_NO} for p in f.items)
    if not [p for p in filled if p.kind != Kind.YES_NO] and not only_choices:
        return None
    lacking = {p.key: [p.why] for p in f.items if p.is_required and p.is_empty(item[p.key])}
    if lacking:
        raise ContentError(lacking)
    return item


_CLEANERS = {
    Kind.TEXT: _clean_text,
    Kind.PROSE: _clean_prose,
    Kind.CHOICE: _clean_choice,
    Kind.CHOICES: _clean_choices,
    Kind.LINES: _clean_lines,
    Kind.DATE: _clean_date,
    Kind.LANGUAGE: _clean_text,
    Kind.NUMBER: _clean_number,
    Kind.MONEY: _clean_number,
    Kind.YES_NO: _clean_yes_no,
    Kind.REFERENCE: _clean_reference,
    Kind.REFERENCES: _clean_references,
    Kind.ITEMS: _clean_items,
}
