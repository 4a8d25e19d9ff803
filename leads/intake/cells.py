"""One cell into what a record stores: for each column of a file a function that reads its texts.

Each column has its own memory of texts already read, because most columns of real files hold few
different texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any

from leads import normalising
from leads.fields import LeadField, Place, Reading, Type, attribute_field
from leads.intake import dates as formats
from leads.intake.guessing import attribute_type
from leads.intake.kinds import KINDS, Kind
from leads.intake.mapping import DATE_TYPES, KEEP, REJECT, Mapping
from leads.intake.profiling import Profile
from leads.intake.references import References
from leads.intake.words import TABLES
from leads.normalising import is_plain_address
from leads.reading import clean_attribute, clean_field

#: So many digits are a whole number that every database and JSON reader holds exactly.
_PLAIN_DIGITS = 15
Read = Callable[[str], Any]


class Nothing:
    """The cell says nothing: what the record has stays."""


NOTHING = Nothing()


@dataclass(slots=True)
class Refusal:
    """Why a cell cannot be stored."""

    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A name that nobody here has, kept as it stands in the file."""

    text: str


@dataclass(frozen=True)
class Column:
    """A mapped column: its place in the row, what it fills, how its texts are read."""

    place: int
    heading: str
    target: LeadField
    read: Read
    memory: dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What the portal holds already and a file must fit: types of attributes, spellings of sources.

    ``filename`` names rows that have no key of their own.
    """

    zone: tzinfo
    types: dict[str, str] = field(default_factory=dict)
    sources: Iterable[str] = ()
    filename: str = ""


class Cells:
    """Compiles the columns of one file; collects which attributes it brings, and their types."""

    def __init__(
        self,
        *,
        profile: Profile,
        mapping: Mapping,
        references: References,
        known: Known,
        kind: Kind = KINDS["leads"],
    ) -> None:
        self.profile, self.mapping, self.references, self.kind = profile, mapping, references, kind
        self.zone, self.defined = known.zone, known.types
        self.nulls = frozenset(mapping.null)
        self.attribute_types: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self._sources = self._spellings(known.sources)

    def columns(self) -> list[Column]:
        return [
            self._column(place, column.name, target)
            for place, column in enumerate(self.profile.columns)
            if (target := self.mapping.columns.get(column.name))
        ]

    def constants(self) -> list[tuple[LeadField, Any]]:
        read: list[tuple[LeadField, Any]] = []
        for name, text in self.mapping.constants.items():
            column = self._column(-1, name, name)
            value = column.read(text)
            if isinstance(value, Refusal):
                raise ValueError(value.reason)
            if value is not NOTHING:
                read.append((column.target, value))
        return read

    def _column(self, place: int, heading: str, named: str) -> Column:
        target = self.kind.field_of(named)
        if target is None:
            raise LookupError(f"The mapping names {named}, which is no field.")
        is_typed = ":" in named
        if target.place is Place.ATTRIBUTE:
            self._define(target, heading, named.partition(":")[2])
        read = self._reader(target, heading, is_typed=is_typed)
        memory: dict[str, Any] = dict.fromkeys(("", *self.nulls), NOTHING)
        return Column(place, heading, target, self._guarded(read, target, heading), memory)

    def _define(self, target: LeadField, heading: str, kind: str) -> None:
        """The type of an attribute: as people defined it, as the mapping says, as the column looks."""
        column = self.profile.column(heading)
        inferred = attribute_type(column).value if column else Type.TEXT.value
        self.attribute_types[target.key] = self.defined.get(target.key) or kind or inferred
        self.labels[target.key] = heading if column else target.label

    def _guarded(self, read: Read, target: LeadField, heading: str) -> Read:
        """Trim, take out what stands for nothing, translate, read; a refusal names the column."""
        nulls = self.nulls
        table = self.mapping.values.get(target.name, {})
        folded_table = {normalising.folded(text): value for text, value in table.items()}

        def guarded(raw: str) -> Any:
            text = raw.strip()
            if not text or text in nulls:
                return NOTHING
            if table:
                given = table.get(text)
                if given is None:
                    given = folded_table.get(normalising.folded(text))
                if given is not None:
                    text = given
            if not text:
                return NOTHING
            try:
                value = read(text)
            except ValueError as error:
                return Refusal(f"{heading}: {error} It says “{text[:60]}”.")
            return NOTHING if value is None or value == "" else value

        return guarded

    # --- readers ---------------------------------------------------------------------------
    def _reader(self, target: LeadField, heading: str, *, is_typed: bool) -> Read:
        if target.place is Place.REFERENCE:
            return self._reference_reader(target)
        if target.place is Place.ATTRIBUTE:
            return self._attribute_reader(target, heading, is_typed=is_typed)
        if target.type in DATE_TYPES:
            return self._date_reader(target, heading)
        if target.type is Type.CHOICE:
            return self._choice_reader(target)
        if target.type is Type.TEXT:
            is_source = target.name == "source"
            return self._source if is_source else _text_reader(target.max_length)
        return self._value_reader(target, heading)

    def _value_reader(self, target: LeadField, heading: str) -> Read:
        reading = Reading(zone=self.zone)
        if target.type is Type.EMAIL:
            return lambda text: text if is_plain_address(text) else clean_field(target, text)
        if target.type in (Type.NUMBER, Type.MONEY):
            number = self._plain_number(heading, is_money=target.type is Type.MONEY)
            return lambda text: clean_field(target, number(text), reading)
        return lambda text: clean_field(target, text, reading)

    def _reference_reader(self, target: LeadField) -> Read:
        """The row that a text means; what becomes of a name that nobody has is said by the mapping."""
        name = target.name
        chosen = self.mapping.unknown.get(name) or self.kind.unknown.get(name, REJECT)

        def read(text: str) -> Any:
            try:
                return self.references.find(name, text)
            except ValueError:
                if chosen == REJECT:
                    raise
                return Kept(normalising.clean_text(text)[:120]) if chosen == KEEP else None

        return read

    def _choice_reader(self, target: LeadField) -> Read:
        """A value of few; what other systems call it counts too. An unknown kind of touch is kept."""
        words = TABLES.get((self.kind.name, target.name), {})

        def read(text: str) -> Any:
            try:
                return clean_field(target, text)
            except ValueError:
                bare = "".join(char for char in normalising.folded(text) if char.isalnum())
                if bare in words:
                    return words[bare]
                if target.name == "kind":
                    return Kept(normalising.clean_text(text)[:120])
                raise

        return read

    def _attribute_reader(self, target: LeadField, heading: str, *, is_typed: bool) -> Read:
        kind = self.attribute_types[target.key]
        reading = Reading(zone=self.zone)
        read: Read
        if kind == Type.DATE:
            read = self._date_reader(attribute_field(f"{target.name}:date") or target, heading)
        elif kind == Type.NUMBER:
            read = self._number_reader(target, heading, reading)
        elif kind == Type.TEXT:
            read = _text_reader(target.max_length)
        else:
            read = lambda text: clean_attribute(target.key, text, kind, reading)  # noqa: E731
        if is_typed or target.key in self.defined:
            return read
        return self._lenient(read, target.key, reading)

    def _number_reader(self, target: LeadField, heading: str, reading: Reading) -> Read:
        number, key = self._plain_number(heading), target.key

        def read(text: str) -> Any:
            if text.isascii() and text.isdigit() and len(text) < _PLAIN_DIGITS:
                return int(text)
            return clean_attribute(key, number(text), Type.NUMBER.value, reading)

        return read

    @staticmethod
    def _lenient(read: Read, key: str, reading: Reading) -> Read:
        """A type that was only inferred never rejects a row: the text is kept as it stands."""

        def lenient(text: str) -> Any:
            try:
                return read(text)
            except ValueError:
                return clean_attribute(key, text, Type.TEXT.value, reading)

        return lenient

    def _plain_number(self, heading: str, *, is_money: bool = False) -> Callable[[str], str]:
        mark = self.mapping.decimal_mark(heading)
        if mark == "." or not (mark or self.profile.has_commas(heading, is_money=is_money)):
            return lambda text: text
        return lambda text: text.replace(".", "").replace(",", ".")

    def _date_reader(self, target: LeadField, heading: str) -> Read:
        column = self.profile.column(heading)
        settled = column.dates[0] if column and len(column.dates) == 1 else ""
        known = self.mapping.date_format(heading) or settled
        iso = Reading(zone=self.zone)
        given = (
            Reading(date_format=known, zone=self.zone) if known not in {"", formats.ISO} else iso
        )
        is_attribute = target.place is Place.ATTRIBUTE

        def read(text: str) -> Any:
            text = " ".join(text.split())
            if known in {formats.UNIX, formats.UNIX_MS} and text.replace(".", "", 1).isdigit():
                value = clean_field(target, formats.read_unix(text, known), iso)
            elif formats.is_iso(text):
                value = clean_field(target, text.replace(" UTC", "+00:00"), iso)
            else:
                value = clean_field(target, text, given)
            return value.isoformat() if is_attribute and isinstance(value, date) else value

        return read

    # --- sources ---------------------------------------------------------------------------
    def _spellings(self, sources: Iterable[str]) -> dict[str, str]:
        """One spelling of each source: the one already in use, else the most frequent of the file."""
        spellings = {_same(text): text for text in sources}
        heading = next(
            (name for name, field in self.mapping.columns.items() if field == "source"), ""
        )
        column = self.profile.column(heading)
        for frequent in set(column.spellings.values()) if column else ():
            spellings.setdefault(_same(frequent), frequent)
        return spellings

    def _source(self, text: str) -> str:
        value = _SOURCE(text)
        if value in self.mapping.values.get("source", {}).values():
            return value
        return self._sources.setdefault(_same(value), value)


def _text_reader(limit: int) -> Callable[[str], str]:
    """What ``leads.reading.clean`` does with a trimmed text, without looking the field up for every cell."""

    def read(text: str) -> str:
        is_plain = text.isascii() and text.isprintable() and "  " not in text
        cleaned = text if is_plain else normalising.clean_text(text)
        if limit and len(cleaned) > limit:
            raise ValueError(f"This is longer than {limit:,} characters.")
        return cleaned

    return read


_SOURCE = _text_reader(120)


def _same(text: str) -> str:
    return " ".join(text.casefold().split())
