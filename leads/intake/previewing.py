"""What the first and the odd rows of a file would become, cell by cell, before anything is brought in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from leads.intake.cells import NOTHING, Refusal
from leads.intake.mapping import Mapping
from leads.intake.models import Import
from leads.intake.reading import Record
from leads.intake.rows import Plan, as_text

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Cell:
    """One cell: its heading, the field, its text, and what it becomes or why it cannot."""

    heading: str
    field: str
    text: str
    becomes: str
    problem: str = ""


@dataclass(frozen=True)
class Row:
    line: int
    cells: tuple[Cell, ...]
    why: str = ""
    problem: str = ""

    @property
    def title(self) -> str:
        """The first texts of the row, to know it by."""
        return " · ".join(cell.text[:40] for cell in self.cells if cell.text)[:90]


@dataclass(frozen=True)
class Preview:
    first: tuple[Row, ...] = ()
    odd: tuple[Row, ...] = ()


def preview(run: Import, plan: Plan) -> Preview:
    """The rows that were kept when the file was read, read as the mapping says."""
    kept = run.profile.get("sample", {})
    return Preview(
        tuple(_row(plan, row) for row in kept.get("first", ())),
        tuple(_row(plan, row) for row in kept.get("odd", ())),
    )


def _row(plan: Plan, kept: dict[str, Any]) -> Row:
    record = Record(kept["line"], kept["cells"], kept.get("problem", ""))
    if record.problem:
        cells = tuple(Cell("", "", text, "") for text in record.cells[:6] if text.strip())
        return Row(record.line, cells, kept.get("why", ""), record.problem)
    read = plan.read(record)
    cells = tuple(_cell(*told) for told in plan.explain(record) if told[2].strip())
    return Row(record.line, cells, kept.get("why", ""), read.problem)


def _cell(heading: str, field: str, text: str, value: Any) -> Cell:
    if isinstance(value, Refusal):
        return Cell(heading, field, text, "", value.reason)
    if value is NOTHING:
        return Cell(heading, field, text, "nothing")
    return Cell(heading, field, text, _words(value))


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "astimezone"):
        return _moment(value)
    if hasattr(value, "text") and isinstance(value.text, str):
        return f"“{value.text}”, as it stands in the file"
    return as_text(value)


def _moment(value: datetime) -> str:
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local.day} {local:%B %Y, %H:%M}"


def shown(mapping: Mapping) -> bool:
    """Whether there is enough to show."""
    return any(mapping.columns.values())
