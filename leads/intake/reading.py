"""From bytes to records. Plain Python: a file of any shape in, numbered rows of text out.

Nothing is dropped in silence and nothing is guessed without saying so: a line that cannot be read
comes out as a record with a ``problem``, and reading goes on with the next line.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO, NamedTuple

from leads.fields import FIELDS
from leads.intake.fields import COMPANY_FIELDS, OPPORTUNITY_FIELDS, Fields
from leads.intake.lines import SAMPLE_BYTES, Unreadable, detect_encoding, physical_lines

SAMPLE_RECORDS = 60
MAX_COLUMNS = 2_000
#: A quoted cell that runs over more lines than this was never closed.
MAX_RECORD_LINES = 1_000
MAX_RECORD_BYTES = 8 * 1024 * 1024
#: After so many runaway quotes the look-ahead shrinks, so that a hostile file stays linear.
PATIENCE = 20
IMPATIENT_LINES = 50
SEPARATORS = (",", ";", "\t", "|")
#: The last columns of the file of refused rows; a file that ends with them is one of ours.
REFUSED_COLUMNS = ("Line in the file", "Reason")
#: An export has at least so many columns, named as one kind of record names its fields; besides, it
#: holds what is computed and never read again.
EXPORTED = 10
EXPORTS = tuple(
    Fields(tuple(fields)) for fields in (FIELDS.values(), COMPANY_FIELDS, OPPORTUNITY_FIELDS)
)
COMPUTED = frozenset({"updated_at", "size"})

csv.field_size_limit(max(csv.field_size_limit(), MAX_RECORD_BYTES))


class Record(NamedTuple):
    """One row: the line it begins on (1 = first line of the file), its cells, what is wrong with it."""

    line: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Dialect:
    """How a file is written. ``skip`` records stand before the first row of data."""

    encoding: str = "utf-8"
    separator: str = ","
    escape: str = ""
    skip: int = 1
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    #: Whether a person should say if the first row holds headings.
    is_unsure: bool = False
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    wish: dict[str, Any] = field(default_factory=dict)

    @property
    def is_ours(self) -> bool:
        """Whether we wrote this file, so that its cells may hold our mark against formulas.

        Refused rows that come back say so by their last columns; an export has nothing but names of
        fields, and of what is computed.
        """
        if self.columns[-2:] == REFUSED_COLUMNS:
            return True
        named = [name for name in self.columns if name not in COMPUTED]
        return len(named) >= EXPORTED and any(
            all(fields.of(name) for name in named) for fields in EXPORTS
        )

    def as_json(self) -> dict[str, Any]:
        kept = asdict(self)
        lists = {name: list(getattr(self, name)) for name in ("columns", "notes", "sheets")}
        return kept | lists

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Dialect:
        return cls(
            **kept | {name: tuple(kept.get(name, ())) for name in ("columns", "notes", "sheets")}
        )


@dataclass(frozen=True)
class Wish:
    """How a person wants a file to be read; what is empty is found out.

    ``header`` is the record (1 = first of the file) that holds the headings, 0 when none does;
    ``rows`` is 2 where the headings stand in two rows, the upper one naming groups of columns.
    """

    encoding: str = ""
    separator: str = ""
    header: int | None = None
    rows: int = 0
    sheet: str = ""
    kind: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


class _Runaway(Exception):
    """A quoted cell goes on for too long."""


class _Feed:
    """The lines of one record on their way to the csv reader; those of a bad one can go back."""

    def __init__(self, handle: BinaryIO, encoding: str) -> None:
        self.codec = "utf-8" if encoding.startswith(("utf-16", "utf-32", "utf-8")) else encoding
        self._lines = physical_lines(handle, encoding)
        self._returned: deque[bytes] = deque()
        self.taken: list[bytes] = []
        self.line, self.offset = 0, 0
        self.problem = ""
        self.size = 0
        self.max_lines = MAX_RECORD_LINES

    def __iter__(self) -> _Feed:
        return self

    def begin(self) -> None:
        """A new record starts with the next line."""
        self.line += len(self.taken)
        self.offset += self.size
        self.taken = []
        self.size = 0
        self.problem = ""

    def __next__(self) -> str:
        if self.taken and (len(self.taken) >= self.max_lines or self.size > MAX_RECORD_BYTES):
            raise _Runaway
        raw = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(raw)
        self.size += len(raw)
        try:
            text = raw.decode(self.codec)
        except UnicodeDecodeError as error:
            text = self._broken(raw, error)
        if "\0" in text:
            self.problem = self.problem or "The line holds a NUL byte, which no text has."
        return text

    def _broken(self, raw: bytes, error: UnicodeDecodeError) -> str:
        place = self.offset + self.size - len(raw) + error.start
        name = "UTF-8" if self.codec == "utf-8" else self.codec
        self.problem = (
            f"Byte {place:,} of the file (hexadecimal {raw[error.start]:02X}) is not valid {name}, "
            "so a character of this line is lost."
        )
        return raw.decode(self.codec, "surrogateescape").encode("utf-8", "replace").decode()

    def give_back(self) -> str:
        """Keep the first line of the bad record, return the others to the source."""
        first, *others = self.taken
        self._returned.extendleft(reversed(others))
        self.taken, self.size = [first], len(first)
        return first.decode(self.codec, "replace").rstrip("\r\n")


def raw_records(handle: BinaryIO, dialect: Dialect) -> Iterator[Record]:
    """Every record of the file in order, title lines and header included, blank lines too."""
    if dialect.encoding == "utf-8-sig":
        handle.read(len(codecs.BOM_UTF8))
    feed = _Feed(handle, dialect.encoding)
    reader = csv.reader(
        feed,
        delimiter=dialect.separator,
        doublequote=not dialect.escape,
        escapechar=dialect.escape or None,
        skipinitialspace=True,
        strict=True,
    )
    runaways = 0
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (_Runaway, csv.Error) as error:
            runaways += isinstance(error, _Runaway)
            feed.max_lines = IMPATIENT_LINES if runaways > PATIENCE else MAX_RECORD_LINES
            problem = _quote_problem(error, lines=len(feed.taken))
            yield Record(feed.line + 1, [feed.give_back().replace("\0", "")[:2000]], problem)
            continue
        if feed.problem:
            cells = [cell.replace("\0", "") for cell in cells]
        yield Record(feed.line + 1, cells, feed.problem)


def _quote_problem(error: Exception, *, lines: int) -> str:
    if "field limit" in str(error):
        return "A cell of this line is larger than 8 MB."
    if lines > 1 or isinstance(error, _Runaway) or "end of data" in str(error):
        return "A quotation mark is opened on this line and not closed."
    return "A quotation mark stands inside a cell and is not doubled."


# --- what the table is ------------------------------------------------------------------------
def detect(handle: BinaryIO, wish: Wish | None = None) -> Dialect:
    """Encoding, separator, header row and column names. Raises ``Unreadable`` with a sentence."""
    wish = wish or Wish()
    handle.seek(0)
    encoding, note = (wish.encoding, "") if wish.encoding else detect_encoding(handle)
    handle.seek(0)
    sample = _sample(handle, encoding)
    if not sample.strip():
        raise Unreadable("The file is empty. There is nothing to bring in.")
    declared = re.match(r'\ufeff?"?sep=(.)"?\r?\n', sample, re.IGNORECASE)
    if wish.separator:
        separator, escape = wish.separator, ""
    else:
        separator, escape = (declared.group(1), "") if declared else _separator(sample)
    rows = _parse(sample, separator, escape)
    start = 1 if declared else 0
    found = _headings(rows, start, wish)
    if len(found.names) > MAX_COLUMNS:
        raise Unreadable(
            f"The file has {len(found.names):,} columns; up to {MAX_COLUMNS:,} can be read."
        )
    columns = column_names(found.names)
    notes = [note] if note else []
    notes += [found.note] if found.note else []
    if found.is_named and columns != [" ".join(name.split())[:200] for name in found.names]:
        notes.append("Some headings were blank or stood twice; they got names of their own.")
    return Dialect(
        encoding, separator, escape, found.skip, tuple(columns), tuple(notes),
        is_unsure=not found.is_named and wish.header is None, wish=wish.as_json(),
    )  # fmt: skip


class _Headings(NamedTuple):
    """The names of the columns, and how many records stand before the first row of data."""

    names: list[str]
    skip: int
    is_named: bool = True
    note: str = ""


def _headings(rows: list[list[str]], start: int, wish: Wish) -> _Headings:
    if wish.header is None:
        position = _header(rows, start=start)
    else:
        position = wish.header - 1 if 0 < wish.header <= len(rows) else None
    if position is None:
        width = max((len(row) for row in rows), default=1)
        names = [f"Column {n}" for n in range(1, width + 1)]
        note = "The file has no row of headings; columns are named by their place."
        return _Headings(names, start, is_named=False, note=note)
    if wish.rows == 2 and position + 1 < len(rows):
        return _Headings(two_rows(rows[position], rows[position + 1]), position + 2)
    above = rows[position - 1] if position > start else []
    if wish.rows == 0 and wish.header is None and _names_groups(above, rows[position]):
        note = "The headings stand in two rows; each name begins with that of its group."
        return _Headings(two_rows(above, rows[position]), position + 1, note=note)
    return _Headings(rows[position], position + 1)


def _names_groups(above: list[str], names: list[str]) -> bool:
    """Whether a row above the headings names groups of them: it does where headings stand twice."""
    given = [cell.strip() for cell in above if cell.strip()]
    repeated = [
        name for name, count in Counter(map(str.strip, names)).items() if name and count > 1
    ]
    return len(given) > 1 and bool(repeated) and len(above) <= len(names)


def two_rows(groups: list[str], names: list[str]) -> list[str]:
    """``Contact, , Company`` over ``Name, Email, Name`` → ``Contact Name, Contact Email, Company Name``.

    A group reaches to the next one.
    """
    padded = [*groups, *[""] * (len(names) - len(groups))]
    made, group = [], ""
    for upper, name in zip(padded, names, strict=False):
        group = upper.strip() or group
        made.append(f"{group} {name}".strip())
    return made


def _sample(handle: BinaryIO, encoding: str) -> str:
    """The first lines as text, whole lines only as long as they are of sane length."""
    kept: list[bytes] = []
    size = 0
    for raw in physical_lines(handle, encoding):
        kept.append(raw)
        size += len(raw)
        if size > SAMPLE_BYTES or len(kept) > SAMPLE_RECORDS * 3:
            break
    codec = "utf-8" if encoding.startswith("utf") else encoding
    return b"".join(kept).decode(codec, "replace").replace("\0", "").removeprefix("\ufeff")


def _parse(sample: str, separator: str, escape: str) -> list[list[str]]:
    """The sample's rows; a bad line is one empty row, so that places stay right."""
    handle = io.BytesIO(sample.encode())
    dialect = Dialect("utf-8", separator, escape)
    rows: list[list[str]] = []
    for record in raw_records(handle, dialect):
        rows.append([] if record.problem else record.cells)
        if len(rows) >= SAMPLE_RECORDS:
            break
    return rows


def _separator(sample: str) -> tuple[str, str]:
    """The separator under which the most rows have the same, greatest number of cells."""
    best, choice = (-1.0, -1), (",", "")
    escapes = ("", "\\") if '\\"' in sample else ("",)
    for separator in SEPARATORS:
        if separator not in sample:
            continue
        for escape in escapes:
            widths = Counter(len(row) for row in _parse(sample, separator, escape))
            filled = sum(widths.values())
            width, rows = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
            score = (rows / filled if width > 1 else 0.0, width)
            if score > best:
                best, choice = score, (separator, escape)
    return choice


_VALUE = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+"  # an e-mail address
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-.*"  # a UUID
    r"|[-+]?\d[\d.,:/ -]*"  # a number, date, time, phone number
)


def _header(rows: list[list[str]], *, start: int) -> int | None:
    """The row of headings: the first that is filled like a row of the table; None when it holds values.

    Title lines above a table are narrow, or wide with a single filled cell.
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    counts = sorted(number for number in filled[start:] if number)
    if not counts:
        return None
    usual = counts[len(counts) // 2]
    for position in range(start, len(rows)):
        if filled[position] * 2 > usual:
            named = [cell.strip() for cell in rows[position] if cell.strip()]
            values = sum(1 for cell in named if _VALUE.fullmatch(cell))
            return None if values * 3 > len(named) else position
    return next((n for n in range(start, len(rows)) if filled[n]), None)


def column_names(cells: list[str]) -> list[str]:
    """Headings made whole: blank ones named by place, repeated ones numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split())[:200] or f"Column {place}"
        unique, number = name, 2
        while unique in taken:
            unique, number = f"{name} ({number})", number + 1
        taken.add(unique)
        names.append(unique)
    return names


# --- rows of data -----------------------------------------------------------------------------
def data_records(handle: BinaryIO, dialect: Dialect, *, after: int = 0) -> Iterator[Record]:
    """The rows below the headings, ``after`` the first so many. Wholly empty lines are no rows.

    A row with other than the right number of cells comes out with a problem: its values may have
    slipped into other columns. Blank cells beyond the last column are only cut off.
    """
    handle.seek(0)
    width = len(dialect.columns)
    seen = 0
    for number, record in enumerate(raw_records(handle, dialect)):
        if number < dialect.skip or not record.cells:
            continue
        seen += 1
        if seen > after:
            yield record if len(record.cells) == width or record.problem else _ragged(record, width)


def _ragged(record: Record, width: int) -> Record:
    cells = record.cells
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return Record(record.line, cells[:width])
    problem = f"The row has {len(cells):,} cells where the headings have {width:,}."
    return Record(record.line, cells, problem)
