from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.spreadsheets import (
    attachment,
    csv_lines,
    neutralised,
    restored,
    table_response,
    write_csv,
    write_xlsx,
)

FORMULAS = [
    "=1+1",
    "+49 30 1",
    "-2",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "\x00=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    ' "=1',
    "'=1",
    "  =1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_only_text(text):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["plain", "a=b", "", "'quoted'", "x@y.example", "1-2"])
def test_plain_text_is_left_alone(text):
    assert neutralised(text) == text


@given(st.text(alphabet=st.one_of(st.sampled_from("=+-@＝＋－＠'\" \t\r\n\x00a"), st.characters())))
def test_what_is_exported_can_be_imported_again(text):
    assert restored(neutralised(text)) == text


def test_a_csv_reads_back_cell_by_cell():
    target = io.StringIO(newline="")
    write_csv(target, ["Name", "Number"], [["=cmd|x", Decimal("-1.5")], ['a "b", c', None]])
    rows = list(csv.reader(io.StringIO(target.getvalue().removeprefix("\ufeff"), newline="")))

    assert rows == [["Name", "Number"], ["'=cmd|x", "-1.5"], ['a "b", c', ""]]


def test_a_csv_is_made_line_by_line():
    def rows():
        yield ["one"]
        raise AssertionError("read ahead")

    lines = csv_lines(["Name"], rows())

    assert [next(lines), next(lines), next(lines)] == ["\ufeff", "Name\r\n", "one\r\n"]


def test_xlsx_cells_are_typed():
    target = io.BytesIO()
    moment = datetime(2026, 3, 31, 8, 30, tzinfo=UTC)
    write_xlsx(
        target, ["=A", "n", "d", "t", "b"], [["=1+1\x00", 3, date(2026, 3, 31), moment, True]]
    )
    sheet = openpyxl.load_workbook(target).active
    formula, number, day, at, yes = (cell.value for cell in sheet[2])

    assert (formula, number, yes) == ("=1+1", 3, True)
    assert (day.isoformat(), at.isoformat()) == ("2026-03-31T00:00:00", "2026-03-31T08:30:00")
    assert [sheet["A1"].data_type, sheet["A2"].data_type] == ["s", "s"]


def test_a_download_has_a_safe_name():
    assert attachment('x"\r\nSet-Cookie: a') == 'attachment; filename="xSet-Cookie_a"'
    assert table_response("csv", "leads", ["a"], [])["Cache-Control"] == "private, no-store"
