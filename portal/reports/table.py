"""The table of a report. Page, CSV, XLSX and API are four ways to write the same one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.metrics.metric import CLOCKS, HANDOFFS, LEADS, MONEY, OPPORTUNITIES, TEXT, Metric
from portal.metrics.registry import metric

if TYPE_CHECKING:
    from portal.core.charts import Chart

#: Below this many leads a share or a median says little: shown in grey, with the count.
SMALL_SAMPLE = 30
PREVIOUS = "previous_"
#: Units of numbers that say what they say however small the sample is.
COUNTED = frozenset({LEADS, OPPORTUNITIES, MONEY, TEXT, HANDOFFS, CLOCKS})

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` names the value in rows and in the API; ``metric`` names its definition."""

    key: str
    label: str
    unit: str
    definition: str
    metric: str = ""

    def as_api(self) -> dict[str, str]:
        return {
            "key": self.key,
            "label": self.label,
            "unit": self.unit,
            "definition": self.definition,
        }


def figure(key: str, name: str = "", *, label: str = "") -> Column:
    """A column that shows a figure of the registry, under its own key where the API names it so."""
    shown: Metric = metric(name or key)
    return Column(key, label or shown.label, shown.unit, shown.definition, shown.name)


def before(column: Column) -> Column:
    """The same figure for the period before."""
    return Column(
        f"{PREVIOUS}{column.key}",
        f"{column.label}, before",
        column.unit,
        f"The same for the period of equal length just before. {column.definition}",
        column.metric,
    )


@dataclass(slots=True)
class Row:
    """One line: ``values`` by column key, ``links`` to the records behind a number."""

    label: str
    key: str | None
    values: dict[str, Any]
    links: dict[str, str] = field(default_factory=dict)
    #: How many records its shares and medians stand on.
    sample: int = 0
    #: Shares that stand on other leads than ``sample``: column key → how many.
    samples: dict[str, int] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        return self.sample < SMALL_SAMPLE

    def is_small_for(self, key: str) -> bool:
        return self.samples.get(key, self.sample) < SMALL_SAMPLE


@dataclass(frozen=True, slots=True)
class Cell:
    """One number as the page shows it."""

    column: Column
    value: Value
    link: str
    is_faint: bool

    @property
    def raw(self) -> str:
        """The number as files and the API hold it, whatever the reader's language."""
        return str(self.value)


@dataclass(slots=True)
class ReportTable:
    """Everything that a report says: numbers, what they mean, what was asked, and when."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    totals: Row
    filters: Mapping[str, Value]
    funnel_revision: int | None
    as_of: datetime
    chart: Chart | None = None
    notes: Sequence[str] = ()
    #: Of the amounts of money in it.
    currency: str = ""
    #: Further figures that the API tells beside the rows.
    extra: Mapping[str, Any] = field(default_factory=dict)

    def cells(self, row: Row) -> list[Cell]:
        """The numbers of a row, in the order of the columns."""
        return [
            Cell(
                column,
                row.values.get(column.key),
                row.links.get(column.key, ""),
                is_faint=row.is_small_for(column.key) and column.unit not in COUNTED,
            )
            for column in self.columns[1:]
        ]

    def lines(self) -> Iterator[list[Value]]:
        """Rows and totals as files hold them, in the order of ``header``."""
        for row in (*self.rows, self.totals):
            yield [row.label, *(row.values.get(column.key) for column in self.columns[1:])]

    @property
    def header(self) -> list[str]:
        return [column.label for column in self.columns]

    def as_api(self) -> dict[str, Any]:
        """The contract's shape."""
        return {
            "name": self.name,
            "definitions": {
                "funnel": self.funnel_revision,
                "metrics": {
                    c.metric: metric(c.metric).definition for c in self.columns if c.metric
                },
            },
            "filters": dict(self.filters),
            "columns": [column.as_api() for column in self.columns],
            "rows": [self._api_row(row) for row in self.rows],
            "totals": dict(self.totals.values),
            "as_of": self.as_of,
            "notes": list(self.notes),
            **self.extra,
        }

    def _api_row(self, row: Row) -> dict[str, Any]:
        return {
            self.columns[0].key: row.key,
            "key": row.key,
            "label": row.label,
            **row.values,
            "is_small_sample": row.is_small,
        }
