"""Exports against the database's own way out, and against the writer of workbooks alone."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import xlsxwriter
from django.db import connection

from leads.export import attribute_keys, lines, path_of
from leads.fields import ATTRIBUTES, FIELDS, Place
from leads.models import Lead
from portal.core.spreadsheets import write_csv, write_xlsx
from portal.operations.benchmarks.measuring import Duel

CSV, WORKBOOK = EXPORTS = ("export-csv", "export-xlsx")
ROWS = 100_000
RUNS = 5


def export_duels(wanted: frozenset[str]) -> list[Duel]:
    if wanted.isdisjoint(EXPORTS):
        return []
    edge = Lead.objects.order_by("pk").values_list("pk", flat=True)[ROWS - 1 : ROWS].first()
    rows = Lead.objects.filter(pk__lte=edge) if edge else Lead.objects.all()
    names = [name for name, known in FIELDS.items() if known.place is not Place.NOTE]
    names += [f"{ATTRIBUTES}{key}" for key in attribute_keys(rows)]

    def as_csv() -> None:
        with tempfile.TemporaryFile("w", newline="", encoding="utf-8") as file:
            write_csv(file, names, lines(rows, names))

    def as_workbook() -> None:
        with tempfile.TemporaryFile() as file:
            write_xlsx(file, names, lines(rows, names))

    against = "COPY out" if connection.vendor == "postgresql" else "a bare cursor and csv"
    return [
        Duel(CSV, 5.0, against, as_csv, lambda: _copy_out(rows, names), True, RUNS),
        Duel(
            WORKBOOK, 5.0, "XlsxWriter alone", as_workbook, lambda: _only_write(rows), True, RUNS
        ),
    ]  # fmt: skip


def _statement(rows: Any, names: list[str]) -> tuple[str, Any]:
    paths = list(dict.fromkeys(path_of(name) for name in names))
    return rows.order_by("pk").values_list(*paths).query.sql_with_params()


def _copy_out(rows: Any, names: list[str]) -> None:
    statement, params = _statement(rows, names)
    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)", params) as copy:
                for part in copy:
                    file.write(part)
            return
        cursor.execute(statement, params)
        writer = csv.writer(io.TextIOWrapper(file, newline="", encoding="utf-8"))
        writer.writerows(iter(cursor.fetchone, None))


def _only_write(rows: Any) -> None:
    """A workbook of as many cells, made of values that are there already."""
    texts = ["Some text of a lead"] * (len(FIELDS) - 1)
    with tempfile.TemporaryFile() as file:
        _workbook(file, (texts for _ in range(rows.count())))


def _workbook(file: IO[bytes], table: Iterator[list[str]]) -> None:
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(table):
        for column, text in enumerate(row):
            sheet.write_string(at, column, text)
    book.close()
