"""The rows that were not brought in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leads.intake.models import Import, ImportRow
from leads.intake.reading import REFUSED_COLUMNS
from portal.core.spreadsheets import csv_lines

if TYPE_CHECKING:
    pass


# --- what was refused -------------------------------------------------------------------------
def refused_rows(run: Import) -> Iterator[list[str]]:
    """Rejected and duplicate rows as they stood in the file, then their line and the reason."""
    width = len(run.dialect.get("columns", []))
    rows = run.outcomes.filter(outcome__in=ImportRow.REFUSED).order_by("line")
    for cells, line, reason in rows.values_list("cells", "line", "reason").iterator(
        chunk_size=1000
    ):
        padded = [*cells[:width], *[""] * (width - len(cells))]
        yield [*padded, str(line), reason]


def refused_header(run: Import) -> list[str]:
    return [*run.dialect.get("columns", []), *REFUSED_COLUMNS]


def refused_lines(run: Import) -> Iterator[str]:
    """The refused rows as CSV, safe to open in a spreadsheet program."""
    return csv_lines(refused_header(run), refused_rows(run))
