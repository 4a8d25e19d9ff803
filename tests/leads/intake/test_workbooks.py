from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from leads.intake.reading import Unreadable, data_records, detect
from leads.intake.workbooks import convert
from tests.factories import workbook_of


def read(tmp_path, content):
    source, target = tmp_path / "book.xlsx", tmp_path / "sheet.csv"
    source.write_bytes(content)
    answer = convert(source, target)
    with target.open("rb") as handle:
        dialect = detect(handle)
        return answer, dialect, list(data_records(handle, dialect))


def archive(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in files.items():
            book.writestr(name.replace("__", "/").replace("TYPES", "[Content_Types].xml"), content)
    return target.getvalue()


def test_values_come_out_typed_and_without_doubt(tmp_path):
    content = workbook_of(
        ["Name", "Visits", "Rate", "Seen", "Moment", "Ok"],
        ["Jörg", 42, 0.5, date(2026, 3, 4), datetime(2026, 3, 4, 15, 30), True],  # noqa: DTZ001 (a sheet knows no zones)
    )

    answer, dialect, records = read(tmp_path, content)

    assert answer["sheet"] == "Leads"
    assert dialect.columns == ("Name", "Visits", "Rate", "Seen", "Moment", "Ok")
    assert records[0].cells == ["Jörg", "42", "0.5", "2026-03-04", "2026-03-04 15:30:00", "true"]


def test_formulas_are_never_computed(tmp_path):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Name", "Sum"])
    sheet.write_string(1, 0, "=1+1")
    sheet.write_formula(1, 1, "=1+1", None, 2)
    book.close()

    _, _, records = read(tmp_path, target.getvalue())

    assert records[0].cells == ["=1+1", "2"]


def test_title_rows_and_row_numbers_stay_right(tmp_path):
    _, _, records = read(
        tmp_path, workbook_of(["Leads of May"], [], ["Name", "Email"], ["Ana", "a@x.example"])
    )

    assert (records[0].line, records[0].cells) == (4, ["Ana", "a@x.example"])


def book_of(write, **options):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, options)
    write(book.add_worksheet())
    book.close()
    return target.getvalue()


def test_cells_merged_over_rows_count_for_each_of_them(tmp_path):
    def write(sheet):
        sheet.write_row(3, 1, ["Name", "Email", "Firm"])
        for line, name in enumerate(["Ana", "Bob", "Eva"], start=4):
            sheet.write_row(line, 1, [name, f"{name}@x.example"])
        sheet.merge_range(4, 3, 5, 3, "Globex")
        sheet.merge_range(7, 1, 20, 3, "The end")

    answer, _, records = read(tmp_path, book_of(write))

    assert [record.cells[-1] for record in records[:3]] == ["Globex", "Globex", ""]
    assert (records[0].line, answer["merged"], len(records)) == (5, 2, 4)


@pytest.mark.parametrize("is_1904", [True, False])
def test_days_count_from_1900_or_1904(tmp_path, is_1904):
    def write(sheet):
        sheet.write_row(0, 0, ["Name", "Seen"])
        sheet.write(1, 0, "Ana")
        sheet.write(1, 1, datetime(2026, 3, 4))  # noqa: DTZ001 (a sheet knows no zones)

    options = {"date_1904": is_1904, "default_date_format": "dd/mm/yyyy"}
    _, _, records = read(tmp_path, book_of(write, **options))

    assert records[0].cells == ["Ana", "2026-03-04"]


@pytest.mark.parametrize("claimed", ["A1", "A1:XFD1048576", ""])
def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path, claimed):
    whole = zipfile.ZipFile(io.BytesIO(workbook_of(["Name", "Email"], ["Ana", "a@x.example"])))
    size = b'<dimension ref="A1:B2"/>'
    assert size in whole.read("xl/worksheets/sheet1.xml")
    lied = f'<dimension ref="{claimed}"/>'.encode() if claimed else b""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as book:
        for name in whole.namelist():
            book.writestr(name, whole.read(name).replace(size, lied))

    _, _, records = read(tmp_path, target.getvalue())

    assert [record.cells for record in records] == [["Ana", "a@x.example"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "encrypted or in the old XLS format"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (archive(TYPES="<x/>", word__document__xml="<x/>"), "not an XLSX"),
        (archive(TYPES="<x/>", **{"xl__workbook.xml": "<x/>", "xl__vbaProject.bin": b"x"}), "macros"),
        (archive(TYPES="<x/>", **{"xl__workbook.xml": "<x/>", "xl__worksheets__sheet1.xml": bytes(60_000_000)}), "far more than its size"),
        (archive(TYPES="<x/>", **{"xl__workbook.xml": "<nonsense"}), "cannot be read|damaged"),
    ],
)  # fmt: skip
def test_what_is_no_plain_workbook_is_refused(tmp_path, content, words):
    with pytest.raises(Unreadable, match=words):
        read(tmp_path, content)


SHEET = """<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Email</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>a@x.example</t></is></c></row>{more}</sheetData></worksheet>"""


def workbook_with_sheet(sheet):
    """A real workbook whose sheet is replaced by hand-made XML."""
    source = zipfile.ZipFile(io.BytesIO(workbook_of(["Email"], ["a@x.example"])))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name in source.namelist():
            book.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return target.getvalue()


def test_a_lie_about_the_dimension_costs_nothing(tmp_path):
    _, _, records = read(tmp_path, workbook_with_sheet(SHEET.format(more="")))

    assert [record.cells for record in records] == [["a@x.example"]]


def test_a_sheet_stretched_by_one_far_cell_is_refused(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

    with pytest.raises(Unreadable, match=r"memory|cells|cannot be read"):
        read(tmp_path, workbook_with_sheet(SHEET.format(more=far)))


def test_entities_are_not_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    sheet = (
        SHEET.format(more="")
        .replace("<worksheet", f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><worksheet', 1)
        .replace("<t>a@x.example</t>", "<t>&e;</t>")
    )

    try:
        _, _, records = read(tmp_path, workbook_with_sheet(sheet))
    except Unreadable:
        return
    assert "top secret" not in str(records)
