"""A program of its own: one sheet of an XLSX file to CSV, within fixed limits of memory and time.

Run as ``python -I sheet_to_csv.py SOURCE TARGET [SHEET]``; answers one JSON object on standard output.
A hostile workbook can at worst end this process, never the portal.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 3 * 1024**3
CPU_SECONDS = 240
MAX_CELLS = 120_000_000


def limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the time-out of the caller remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def sheets(book: Any) -> Iterator[tuple[str, Any]]:
    for about in book.sheets_metadata:
        if str(about.visible).endswith("Visible") and str(about.typ).endswith("WorkSheet"):
            yield about.name, book.get_sheet_by_name(about.name)


def convert(source: str, target: str, wanted: str = "") -> dict[str, Any]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(source)
    except python_calamine.PasswordError:
        return {"error": "This workbook is encrypted. Save it without a password."}
    except (python_calamine.CalamineError, OSError):
        return {"error": "This workbook is damaged and cannot be read."}
    visible = list(sheets(book))
    for name, sheet in sorted(visible, key=lambda item: item[0] != wanted):
        if sheet.end is None:
            continue
        if (sheet.end[0] + 1) * (sheet.end[1] + 1) > MAX_CELLS:
            return {
                "error": f"The sheet “{name}” spans more cells than can be read. Save it as CSV."
            }
        with open(target, "w", encoding="utf-8", newline="") as handle:
            rows = write(sheet, handle)
        return {
            "sheet": name,
            "rows": rows,
            "others": len(book.sheet_names) - 1,
            "sheets": [other for other, _ in visible],
            "merged": sum(
                1 for (top, _), (bottom, _) in sheet.merged_cell_ranges or () if bottom > top
            ),
        }
    return {"error": "The workbook has no visible sheet with content."}


def write(sheet: Any, handle: Any) -> int:
    writer = csv.writer(handle, lineterminator="\n")
    merged = Merged(sheet)
    written = 0
    for row in sheet.iter_rows():
        cells = merged.filled(written, [text(value) for value in row])
        # An empty row stays an empty line: places in the file and in the sheet agree.
        if any(cell.strip() for cell in cells):
            writer.writerow(cells)
        else:
            handle.write("\n")
        written += 1
    return written


class Merged:
    """Cells merged over several rows: what stands in them counts for each row that holds something."""

    def __init__(self, sheet: Any) -> None:
        first = sheet.start[1]
        self.starts: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
            if bottom > top and left >= first:
                self.starts.setdefault(top, []).append((left - first, bottom))
        self.open: dict[int, tuple[int, str]] = {}

    def filled(self, number: int, cells: list[str]) -> list[str]:
        if not self.starts:
            return cells
        self.open = {at: held for at, held in self.open.items() if held[0] >= number}
        if any(cell.strip() for cell in cells):
            for at, (_, value) in self.open.items():
                cells[at] = cells[at] or value
        for at, bottom in self.starts.get(number, ()):
            self.open[at] = (bottom, cells[at])
        return cells


if __name__ == "__main__":
    limit()
    try:
        answer = convert(*sys.argv[1:4])
    except MemoryError:
        answer = {
            "error": "This workbook needs more memory than one file may take. Save it as CSV."
        }
    except Exception as error:  # noqa: BLE001 - the caller gets a sentence, whatever broke
        answer = {"error": f"This workbook cannot be read ({type(error).__name__})."}
    sys.stdout.write(json.dumps(answer))
