"""One row of a file into what a record stores: the compiled mapping."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from leads.fields import FIELDS, LeadField, Place
from leads.identity import DERIVED_KEYS
from leads.intake.cells import NOTHING, Cells, Kept, Known, Refusal
from leads.intake.identifying import COMPLETE
from leads.intake.kinds import KINDS, ROW, Kind
from leads.intake.mapping import KEEP, REJECT, Mapping
from leads.intake.profiling import Profile
from leads.intake.reading import Record
from leads.intake.references import References

__all__ = ["NOTHING", "Known", "Plan", "Refusal", "Row", "as_text", "fields_offered"]
#: Texts remembered for one column; beyond, they are read anew each time.
REMEMBERED = 5_000
KEPT_CELLS = 500
KEPT_CELL = 10_000
#: Attributes in which names are kept that nobody here has; an opportunity has columns for most.
KEPT_AS = "_name"


@dataclass(slots=True)
class Row:
    """A row ready to be stored, or the reason why it cannot be.

    ``values`` holds columns of the record, ``links`` the keys of other records that it belongs to.
    """

    line: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)
    references: dict[str, Any] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    noted: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def note(self) -> str:
        return self.noted.get("notes", "")

    def kept_cells(self) -> list[str]:
        return [cell[:KEPT_CELL] for cell in self.cells[:KEPT_CELLS]]


class Plan:
    """How every row of one file is read."""

    def __init__(
        self,
        *,
        profile: Profile,
        mapping: Mapping,
        references: References,
        known: Known,
        kind: Kind = KINDS["leads"],
    ) -> None:
        self.kind, self.mapping, self.references = kind, mapping, references
        self.filename = known.filename
        self._cells = Cells(
            profile=profile, mapping=mapping, references=references, known=known, kind=kind
        )
        self._columns = self._cells.columns()
        self._constant_targets = self._cells.constants()
        self._constants = [(*_goal(target), value) for target, value in self._constant_targets]
        self._compiled = [
            (column.place, column.memory, column.read, *_goal(column.target))
            for column in self._columns
        ]
        self._skips = [
            (place, column.name, table)
            for place, column in enumerate(profile.columns)
            if (table := mapping.skip.get(column.name))
        ]
        self._finish = COMPLETE[kind.name]
        self._keep_names(profile)

    @property
    def attribute_types(self) -> dict[str, str]:
        return self._cells.attribute_types

    @property
    def labels(self) -> dict[str, str]:
        return self._cells.labels

    @property
    def brings_attributes(self) -> bool:
        kept = [c.target.name for c in self._columns if c.target.place is not Place.LEAD]
        return bool(self.attribute_types) or any(self.unknown(name) == KEEP for name in kept)

    def unknown(self, name: str) -> str:
        """What becomes of a name that nobody here has: keep, reject or leave."""
        return self.mapping.unknown.get(name) or self.kind.unknown.get(name, REJECT)

    # --- one row ---------------------------------------------------------------------------
    def read(self, record: Record) -> Row:
        """The row, with its ``problem`` where it cannot be stored. Never raises."""
        row = Row(record.line, record.cells, problem=record.problem or self._skipped(record.cells))
        if row.problem:
            return row
        problems = self._fill(row, record.cells)
        for bag, key, value in self._constants:
            _bags(row)[bag].setdefault(key, value)
        if self.mapping.key == ROW and "external_id" not in row.values:
            row.values["external_id"] = f"{self.filename[:100]}:{record.line}"
        self._finish(row, self.mapping.key)
        if problems:
            row.problem = " ".join(problems)[:500]
        elif not row.keys and not row.problem:
            row.problem = self.kind.nobody
        return row

    def explain(self, record: Record) -> list[tuple[str, str, str, Any]]:
        """(heading, field, text, value) of each mapped cell: what it becomes, ``NOTHING`` or a ``Refusal``."""
        return [
            (
                column.heading,
                column.target.label,
                record.cells[column.place],
                column.read(record.cells[column.place]),
            )
            for column in self._columns
            if column.place < len(record.cells)
        ]

    def _skipped(self, cells: list[str]) -> str:
        """Why a row stays out, as the mapping says."""
        for place, name, table in self._skips:
            if place < len(cells) and (why := table.get(cells[place].strip())):
                return f"Left out as chosen: {why} ({name})."
        return ""

    def _fill(self, row: Row, cells: list[str]) -> list[str]:
        """Put in what each mapped cell says, where it says anything; why some cannot be stored."""
        problems: list[str] = []
        bags = _bags(row)
        for place, memory, read, bag, key in self._compiled:
            raw = cells[place]
            value = memory.get(raw)
            if value is None:
                value = read(raw)
                if len(memory) < REMEMBERED:
                    memory[raw] = value
            if value is NOTHING:
                continue
            if value.__class__ is Refusal:
                problems.append(value.reason)
            else:
                bags[bag][key] = value
        return problems

    @property
    def columns_written(self) -> list[str]:
        """Columns of the record that rows of this file may have a value for."""
        targets = [column.target for column in self._columns]
        targets += [target for target, _ in self._constant_targets]
        names = {target.key for target in targets if target.place is Place.LEAD}
        if names & {"first_name", "last_name", "full_name"}:
            names |= {"first_name", "last_name", "full_name"}
        if self.kind.name == "leads":
            names |= {key for key, given in DERIVED_KEYS.items() if given in names}
        return sorted(names)

    def _keep_names(self, profile: Profile) -> None:
        """A name that nobody here has is kept as an attribute, so the file brings that attribute."""
        for column in self._columns:
            name = column.target.name
            if self.unknown(name) != KEEP or column.target.place is not Place.REFERENCE:
                continue
            if kept_column(self.kind, column.target):
                continue
            found = profile.column(column.heading)
            texts = [text for text, _ in found.values] if found else []
            if any(isinstance(column.read(text), Kept) for text in texts):
                key = kept_attribute(name)
                self.attribute_types.setdefault(key, "text")
                self.labels.setdefault(key, f"{column.target.label} (as in the file)")


def kept_attribute(name: str) -> str:
    return f"{name.replace('.', '_')}{KEPT_AS if '.' not in name else ''}"


def kept_column(kind: Kind, target: LeadField) -> bool:
    """Whether the record itself has a place for such a name."""
    return kind.name == "opportunities" and target.name in {
        "owner", "team", "product", "competitor", "stage",
    }  # fmt: skip


_PLACES = (Place.LEAD, Place.ATTRIBUTE, Place.COMPANY, Place.REFERENCE, Place.LINK, Place.NOTE)


def _bags(row: Row) -> tuple[dict[str, Any], ...]:
    """Where values go, in the order of ``_PLACES``."""
    return (row.values, row.attributes, row.company, row.references, row.links, row.noted)


def _goal(target: LeadField) -> tuple[int, str]:
    """The bag and the key of a field in it."""
    named = target.place in (Place.REFERENCE, Place.LINK, Place.NOTE)
    return _PLACES.index(target.place), target.name if named else target.key


def fields_offered() -> dict[str, str]:
    """Field → label, for people to choose from."""
    return {name: known.label for name, known in FIELDS.items()}


def as_text(value: Any) -> str:
    """A value as it is shown in a preview."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else str(value)
