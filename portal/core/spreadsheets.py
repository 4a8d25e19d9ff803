"""Writing tables that no spreadsheet program will run.

A text that a program could take for a formula gets a leading apostrophe in CSV (``neutralised``)
and is a typed string in XLSX. ``restored`` takes the apostrophe off again, so that what was
exported can be imported without a difference.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import get_valid_filename

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}

#: A formula's first character, full-width forms too, also behind spaces and quotes; or a leading control character.
_DANGEROUS = re.compile(r"(?:[\s'\"\x00]*[=+\-@＝＋－＠])|[\t\r\n\x00]|(?:[ '\"]+[\t\r\n\x00])")
#: What XML 1.0 cannot hold.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: The most that a cell and a sheet of the format hold.
_XLSX_CELL, XLSX_ROWS = 32_767, 1_048_576

Row = Sequence[Any]


def neutralised(text: str) -> str:
    """The text as it may stand in a CSV cell."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def restored(text: str) -> str:
    """The text that ``neutralised`` was given."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text[1:]) else text


def _csv_cell(value: Any) -> Any:
    if value.__class__ is str:
        # Nearly every text begins with a letter or a digit, and then it is no formula.
        return value if value[:1].isalnum() else neutralised(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return (
            timezone.localtime(value, timezone.get_default_timezone()).isoformat()
            if value.tzinfo
            else value.isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    return neutralised(str(value))


class _Line:
    """A file whose ``write`` hands back what it is given: ``csv`` formats, nobody stores."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Row, rows: Iterable[Row]) -> Iterator[str]:
    """The table as CSV (RFC 4180), line by line, with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield "\ufeff"
    yield writer.writerow([_csv_cell(value) for value in header])
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in row])


def write_csv(target: IO[str], header: Row, rows: Iterable[Row]) -> None:
    """Write the table to a text file opened with ``newline=""``."""
    target.writelines(csv_lines(header, rows))


def _write_cell(sheet: Any, line: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float | Decimal) and abs(float(value)) < 10**15:
        sheet.write_number(line, column, value)
    elif isinstance(value, datetime):
        local = (
            timezone.localtime(value, timezone.get_default_timezone()) if value.tzinfo else value
        )
        sheet.write_datetime(line, column, local.replace(tzinfo=None), formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(
            line, column, datetime.combine(value, datetime.min.time()), formats["day"]
        )
    else:
        sheet.write_string(line, column, _NOT_XML.sub("", str(value))[:_XLSX_CELL])


def write_xlsx(
    target: Any, header: Row, rows: Iterable[Row], *, sheet_name: str = "Accord"
) -> None:
    """Write the table to a binary file. Rows go to disk as they come, so memory stays flat."""
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet_name)[:31].strip() or "Accord")
    formats = {
        "head": book.add_format({"bold": True}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, _NOT_XML.sub("", str(name))[:_XLSX_CELL], formats["head"])
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, line, column, value, formats)
    book.close()


def attachment(filename: str) -> str:
    """A Content-Disposition that no name can break out of."""
    safe = get_valid_filename(filename.encode("ascii", "ignore").decode() or "table")
    return f'attachment; filename="{safe}"'


def table_response(
    kind: str, name: str, header: Row, rows: Iterable[Row]
) -> StreamingHttpResponse | FileResponse:
    """The table as a download: ``kind`` is a key of ``FORMATS``; CSV is streamed as it is read."""
    response: StreamingHttpResponse | FileResponse
    if kind == "xlsx":
        book = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        write_xlsx(book, header, rows, sheet_name=name)
        book.seek(0)
        response = FileResponse(book, content_type=XLSX_TYPE)
    else:
        response = StreamingHttpResponse(csv_lines(header, rows), content_type=CSV_TYPE)
    response["Content-Disposition"] = attachment(f"{name}.{kind}")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
