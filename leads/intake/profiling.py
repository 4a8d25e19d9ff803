"""What the columns of a file hold: how full, how varied, in which spellings. Plain Python.

One pass over the whole file; memory is bounded however long the file is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from leads.intake import sniffing
from leads.intake.dates import date_formats, mostly_dates
from leads.intake.reading import Record

BLOCK = 1_000
#: Different values remembered, for one column and for all together.
MAX_DISTINCT = 5_000
MAX_DISTINCT_ALL = 400_000
KEPT_VALUES = 60
SHOWN_LENGTH = 120
#: A column of more different spellings than this is free text, not a list of choices.
MAX_SPELLINGS = 500


@dataclass
class Column:
    """What one column holds. ``values`` are the most frequent, or the first where all differ."""

    name: str
    filled: int = 0
    blank: int = 0
    distinct: int = 0
    is_unique: bool = False
    is_complete: bool = True
    values: list[tuple[str, int]] = field(default_factory=list)
    spellings: dict[str, str] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    placeholders: list[str] = field(default_factory=list)
    has_decimal_commas: bool = False
    #: All numbers with a point are like 1.234: thousands, or three decimals.
    has_grouped_points: bool = False
    has_leading_zeros: bool = False
    #: Formats that nearly all values have, where a few are no dates.
    mostly_dates: list[str] = field(default_factory=list)

    @property
    def is_nearly_unique(self) -> bool:
        """A few rows may stand twice in a file; the column still tells people apart."""
        return self.is_unique or (self.is_complete and self.distinct * 10 >= self.filled * 9)

    @property
    def samples(self) -> list[str]:
        return [value for value, _ in self.values[:3]]


@dataclass
class Profile:
    """What a file holds. ``rows`` counts every row, ``unreadable`` those that are rejected as they stand."""

    rows: int
    unreadable: int
    columns: list[Column]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Profile:
        columns = [
            Column(**{**column, "values": [tuple(pair) for pair in column["values"]]})
            for column in kept["columns"]
        ]
        return cls(kept["rows"], kept["unreadable"], columns)

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def has_commas(self, name: str, *, is_money: bool) -> bool:
        """Whether a comma parts the decimals of a column. Where 1.234 could be either, the other columns
        tell; no amount has three decimals.
        """
        column = self.column(name)
        if column is None:
            return False
        is_likely = is_money or any(other.has_decimal_commas for other in self.columns)
        return column.has_decimal_commas or (column.has_grouped_points and is_likely)


class _Tally:
    """Counts the values of one column until there are too many different ones."""

    def __init__(self, name: str, limit: int) -> None:
        self.name, self.limit = name, limit
        self.counts: Counter[str] = Counter()
        self.filled = self.blank = self.counted = 0
        self.is_open = True
        self.has_leading_zeros = False

    def add(self, cells: Sequence[str]) -> None:
        blank = sum(1 for cell in cells if not cell or cell.isspace())
        self.blank += blank
        self.filled += len(cells) - blank
        if self.is_open:
            self.counts.update(cells)
            self.counted = self.filled
            self.is_open = len(self.counts) <= self.limit
        elif not self.has_leading_zeros:
            self.has_leading_zeros = sniffing.has_leading_zeros(cells)

    def result(self) -> Column:
        counts: Counter[str] = Counter()
        for text, number in self.counts.items():
            if stripped := text.strip():
                counts[stripped] += number
        placeholders = sniffing.placeholders(list(counts.items()))
        told = [text for text in counts if text not in placeholders]
        dates = list(date_formats(told).formats)
        decimals = sniffing.decimals(told)
        return Column(
            name=self.name,
            filled=self.filled,
            blank=self.blank,
            distinct=len(counts),
            is_unique=0 < len(counts) == self.counted,
            is_complete=self.is_open,
            values=[
                (text[:SHOWN_LENGTH], number) for text, number in counts.most_common(KEPT_VALUES)
            ],
            spellings=spellings(counts) if len(counts) <= MAX_SPELLINGS else {},
            looks=sorted(sniffing.looks(told)),
            dates=dates,
            mostly_dates=dates or list(mostly_dates(told).formats),
            placeholders=placeholders,
            has_decimal_commas=decimals.is_comma,
            has_grouped_points=decimals.is_grouped,
            has_leading_zeros=self.has_leading_zeros or sniffing.has_leading_zeros(told),
        )


def spellings(counts: Counter[str]) -> dict[str, str]:
    """Spellings that differ in case or spaces only → the most frequent one (``google`` → ``Google``)."""
    groups: dict[str, list[tuple[str, int]]] = {}
    for text, number in counts.items():
        groups.setdefault(" ".join(text.casefold().split()), []).append((text, number))
    merged: dict[str, str] = {}
    for group in groups.values():
        if len(group) > 1:
            first = max(group, key=lambda item: (item[1], not item[0].islower(), item[0]))[0]
            merged |= {text: first for text, _ in group if text != first}
    return merged


def profile(columns: Sequence[str], records: Iterable[Record]) -> Profile:
    """Look at every row once."""
    limit = max(50, min(MAX_DISTINCT, MAX_DISTINCT_ALL // max(1, len(columns))))
    tallies = [_Tally(name, limit) for name in columns]
    rows = unreadable = 0
    block: list[list[str]] = []
    for record in records:
        rows += 1
        if record.problem:
            unreadable += 1
            continue
        block.append(record.cells)
        if len(block) >= BLOCK:
            _count(tallies, block)
            block.clear()
    _count(tallies, block)
    return Profile(rows, unreadable, [tally.result() for tally in tallies])


def _count(tallies: list[_Tally], block: list[list[str]]) -> None:
    if not block:
        return
    for tally, cells in zip(tallies, zip(*block, strict=True), strict=True):
        tally.add(cells)
