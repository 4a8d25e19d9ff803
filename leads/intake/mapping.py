"""What each column of a file means: the mapping, its written form, and a proposal for a new file. Plain Python.

The written form is the contract's: ``columns, values, constants, null, key, dates``; and beside them
``decimals``, what parts the decimals of numbers; ``unknown``, which says for a field like the owner what becomes of a name that nobody here has; ``attributes``,
the label of a field of one's own and whether it is a filter; and ``skip``, column → text → reason of
rows that stay out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from leads.fields import ATTRIBUTES, LeadField, Type
from leads.intake import dates as formats
from leads.intake.kinds import KINDS, ROW, Kind

KEYS = tuple(name for name in KINDS["leads"].keys if name)
PARTS = (
    "columns", "values", "constants", "null", "key", "dates", "decimals", "unknown", "attributes", "skip",
)  # fmt: skip
KEEP, REJECT, LEAVE = "keep", "reject", "leave"
#: What may become of a name that nobody here has, in words.
UNKNOWN = {
    KEEP: "Keep the text as it stands in the file",
    REJECT: "Reject the row",
    LEAVE: "Leave the field empty",
}
DATE_TYPES = (Type.DATE, Type.MOMENT)
#: What parts the decimals of a number, by how the number 1234.5 is written with it.
DECIMALS = {".": "1,234.5", ",": "1.234,5"}
FieldOf = Callable[[str], LeadField | None]


class MappingError(ValueError):
    """What is wrong with a mapping, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Mapping:
    """How a file is read. A column that is not named, or named with None, is left out.

    ``dates`` is one format for all date columns, or a format for each column; ``decimals`` likewise says
    what parts the decimals of numbers.
    """

    columns: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    null: tuple[str, ...] = ()
    key: str = ""
    dates: str | dict[str, str] = ""
    decimals: str | dict[str, str] = ""
    unknown: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    skip: dict[str, dict[str, str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        written = {name: getattr(self, name) for name in PARTS}
        return {
            name: list(value) if name == "null" else value
            for name, value in written.items()
            if value
        }

    def field_of(self, column: str) -> str:
        return self.columns.get(column) or ""

    def date_format(self, column: str) -> str:
        if isinstance(self.dates, str):
            return self.dates
        return self.dates.get(column, "")

    def decimal_mark(self, column: str) -> str:
        """Empty where the file itself tells."""
        if isinstance(self.decimals, str):
            return self.decimals
        return self.decimals.get(column, "")

    @property
    def fields(self) -> set[str]:
        """Every field that the rows get a value for, attribute types left aside."""
        named = [name for name in self.columns.values() if name] + list(self.constants)
        return {name.partition(":")[0] for name in named}


def columns_key(columns: Sequence[str]) -> str:
    """Files with the same columns have the same key, whatever their order."""
    return hashlib.sha256(json.dumps(sorted(columns)).encode()).hexdigest()


# --- the written form -------------------------------------------------------------------------
def parse_mapping(written: Any, *, columns: Sequence[str], kind: Kind) -> Mapping:
    """A mapping as it was written, checked against the file. Raises ``MappingError``."""
    if not isinstance(written, Map):
        raise MappingError(
            [f"A mapping is a JSON object with {', '.join(PARTS[:-1])} and {PARTS[-1]}."]
        )
    problems = [
        f"A mapping has no part called “{name}”. It has {', '.join(PARTS)}."
        for name in written
        if name not in PARTS
    ]
    reader = _Reader(columns, kind, problems)
    mapping = Mapping(
        columns=reader.columns(written.get("columns", {})),
        values=reader.values(written.get("values", {})),
        constants=reader.texts("constants", written.get("constants", {})),
        null=reader.words(written.get("null", [])),
        key=written.get("key") or "",
        dates=reader.dates(written.get("dates") or ""),
        decimals=reader.decimals(written.get("decimals") or ""),
        unknown=reader.unknown(written.get("unknown") or {}),
        attributes=reader.attributes(written.get("attributes") or {}),
        skip=reader.skip(written.get("skip") or {}),
    )
    reader.check(mapping)
    if problems:
        raise MappingError(problems)
    return mapping


class _Reader:
    """Reads the parts of a written mapping and collects what is wrong with them."""

    def __init__(self, columns: Sequence[str], kind: Kind, problems: list[str]) -> None:
        self.file_columns, self.kind, self.problems = columns, kind, problems
        self.field_of, self.known = kind.field_of, list(kind.fields)

    def columns(self, part: Any) -> dict[str, str | None]:
        if not isinstance(part, Map):
            self.problems.append(
                "“columns” must say for each column of the file which field it is."
            )
            return {}
        read: dict[str, str | None] = {}
        for name, target in part.items():
            column = self._column(str(name))
            if column is None:
                self.problems.append(
                    f"The file has no column “{name}”.{_near(str(name), self.file_columns)}"
                )
            elif target is not None and (
                not isinstance(target, str) or self.field_of(target) is None
            ):
                self.problems.append(self._unknown(target))
            else:
                read[column] = target
        return read

    def _column(self, name: str) -> str | None:
        if name in self.file_columns:
            return name
        plain = " ".join(name.casefold().split())
        alike = [column for column in self.file_columns if column.casefold() == plain]
        return alike[0] if len(alike) == 1 else None

    def _unknown(self, target: Any) -> str:
        hint = _near(str(target), self.known) or " Use attributes.NAME for a field of your own."
        return f"There is no field “{target}”.{hint}"

    def texts(self, part: str, given: Any) -> dict[str, str]:
        if not isinstance(given, Map):
            self.problems.append(f"“{part}” must give a value for each field.")
            return {}
        for name, value in given.items():
            if self.field_of(str(name)) is None:
                self.problems.append(self._unknown(name))
            elif not isinstance(value, str | int | float):
                self.problems.append(
                    f"The value of “{name}” in “{part}” must be a text or a number."
                )
        return {str(name): _text(value) for name, value in given.items()}

    def values(self, given: Any) -> dict[str, dict[str, str]]:
        if not isinstance(given, Map) or not all(
            isinstance(table, Map) for table in given.values()
        ):
            self.problems.append(
                "“values” must give for a field which text in the file means which value."
            )
            return {}
        for name in given:
            if self.field_of(str(name)) is None:
                self.problems.append(self._unknown(name))
        return {
            str(name).partition(":")[0]: {
                str(text).strip(): _text(value) for text, value in table.items()
            }
            for name, table in given.items()
        }

    def words(self, given: Any) -> tuple[str, ...]:
        if not isinstance(given, list | tuple) or not all(isinstance(word, str) for word in given):
            self.problems.append("“null” must be a list of the words that stand for nothing.")
            return ()
        return tuple(word.strip() for word in given)

    def decimals(self, given: Any) -> str | dict[str, str]:
        marks = given if isinstance(given, Map) else {"": given}
        if any(mark not in {"", *DECIMALS} for mark in marks.values()):
            self.problems.append("“decimals” is “.” or “,”, or one of them for each column.")
            return ""
        if not isinstance(given, Map):
            return str(given)
        return {str(self._column(str(name)) or name): str(mark) for name, mark in given.items()}

    def dates(self, given: Any) -> str | dict[str, str]:
        if isinstance(given, Map):
            return {
                str(self._column(str(name)) or name): self._format(value)
                for name, value in given.items()
            }
        return self._format(given)

    def unknown(self, given: Any) -> dict[str, str]:
        if not isinstance(given, Map):
            self.problems.append("“unknown” must say for a field: keep, reject or leave.")
            return {}
        for name, choice in given.items():
            if name not in self.kind.unknown:
                can = ", ".join(self.kind.unknown)
                self.problems.append(f"“unknown” can be said for {can}; not for {name}.")
            elif choice not in UNKNOWN:
                self.problems.append(f"“unknown” of {name} must be one of {', '.join(UNKNOWN)}.")
        return {str(name): str(choice) for name, choice in given.items()}

    def attributes(self, given: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(given, Map) or not all(
            isinstance(about, Map) for about in given.values()
        ):
            self.problems.append("“attributes” must give a label and is_filter for each own field.")
            return {}
        return {
            str(name): {
                "label": _text(about.get("label"))[:120],
                "is_filter": bool(about.get("is_filter", True)),
            }
            for name, about in given.items()
        }

    def skip(self, given: Any) -> dict[str, dict[str, str]]:
        if not isinstance(given, Map) or not all(
            isinstance(table, Map) for table in given.values()
        ):
            self.problems.append(
                "“skip” must give for a column which texts leave a row out, and why."
            )
            return {}
        read: dict[str, dict[str, str]] = {}
        for name, table in given.items():
            column = self._column(str(name))
            if column is None:
                self.problems.append(
                    f"The file has no column “{name}”.{_near(str(name), self.file_columns)}"
                )
            else:
                read[column] = {str(text).strip(): _text(why) for text, why in table.items()}
        return read

    def _format(self, given: Any) -> str:
        named = (formats.ISO, formats.UNIX, formats.UNIX_MS)
        if given in named or given == "":
            return str(given)
        try:
            moment = datetime(2026, 3, 31, 14, 5, tzinfo=UTC)
            good = isinstance(given, str) and "%" in given
            if good:
                datetime.strptime(moment.strftime(given), given)  # noqa: DTZ007 - only whether it can be read
        except ValueError:
            good = False
        if not good:
            self.problems.append(
                f"“{given}” is no date format. Write it like %d.%m.%Y, or {', '.join(named)}."
            )
        return str(given)

    def check(self, mapping: Mapping) -> None:
        used: dict[str, str] = {}
        for column, target in mapping.columns.items():
            name = (target or "").partition(":")[0]
            if name and name in used:
                self.problems.append(
                    f"“{used[name]}” and “{column}” are both mapped to {name}; choose one."
                )
            used[name] = column
        self.problems.extend(
            f"“values” names {name}, but no column is mapped to it."
            for name in mapping.values
            if name not in mapping.fields
        )
        known_by = [name for name in self.kind.keys if name]
        if mapping.key and mapping.key not in known_by:
            self.problems.append(f"“key” must be one of {', '.join(known_by)}.")
        elif mapping.key not in {"", "name", ROW} and mapping.key not in mapping.fields:
            self.problems.append(f"“key” is {mapping.key}, but no column is mapped to it.")
        if not self._identifies(mapping):
            or_else = " Or say with “key”: “row” that each line is a record of its own."
            self.problems.append(
                f"Nothing says what a row is about. {self.kind.nobody}{or_else if ROW in self.kind.keys else ''}"
            )

    def _identifies(self, mapping: Mapping) -> bool:
        have = mapping.fields
        if mapping.key == ROW:
            have = have | {"external_id"}
        return self.kind.identifies(have)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _near(name: str, names: Iterable[str]) -> str:
    by_fold = {known.casefold(): known for known in names}
    found = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.7)
    return f" Did you mean “{by_fold[found[0]]}”?" if found else ""


def is_attribute(name: str | None) -> bool:
    return bool(name) and str(name).startswith(ATTRIBUTES)
