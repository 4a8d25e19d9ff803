"""The lines of the sheet on which a person says what each column of a file means."""

from __future__ import annotations

from dataclasses import dataclass, field

from leads.intake.guessing import Guess
from leads.intake.profiling import Column

#: So many texts of a column can be given a meaning on the page, the most frequent ones.
MOST_VALUES = 40


@dataclass
class NothingLine:
    """A word that may stand for nothing: in how many cells of which columns."""

    word: str
    cells: int
    columns: str
    is_ticked: bool


@dataclass
class SkipLine:
    """Rows that may stay out: the column that says so, how many rows, and why."""

    name: str
    column: str
    table: dict[str, str]
    count: int
    is_ticked: bool

    @property
    def reason(self) -> str:
        return next(iter(self.table.values()), "").split(" into ")[0]


@dataclass
class ValueLine:
    """One text of a column and what it means."""

    name: str
    text: str
    count: int
    value: str


@dataclass
class ColumnLine:
    """One column of the file as the sheet shows it."""

    place: int
    column: Column
    guess: Guess
    target: str
    own_name: str
    date_format: str = ""
    dates: list[tuple[str, str]] = field(default_factory=list)
    decimal_mark: str = ""
    decimals: list[tuple[str, str]] = field(default_factory=list)
    values: list[ValueLine] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    label: str = ""
    is_filter: bool = True

    @property
    def samples(self) -> str:
        shown = " · ".join(text[:28] for text in self.column.samples)
        return shown or "always empty"

    @property
    def is_own(self) -> bool:
        return self.target.startswith("own:")

    @property
    def hidden_values(self) -> bool:
        """Whether there are more texts than the page shows."""
        return self.column.distinct > MOST_VALUES or not self.column.is_complete

    @property
    def asks_date(self) -> bool:
        """The file does not say which of two readings is meant."""
        return len(self.column.dates) > 1 and bool(self.dates)
