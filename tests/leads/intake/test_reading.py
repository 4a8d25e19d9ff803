from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.intake.alphabets import NAMES
from leads.intake.reading import Dialect, Unreadable, data_records, detect
from tests.leads.intake.corpus import CORPUS, UMLAUT, UNREADABLE


def read(content):
    handle = io.BytesIO(content)
    dialect = detect(handle)
    return dialect, list(data_records(handle, dialect))


@pytest.mark.parametrize("name", CORPUS)
def test_every_row_is_read_or_has_a_problem(name):
    content, good, bad = CORPUS[name]

    _, records = read(content)

    assert [bool(record.problem) for record in records].count(False) == good
    assert [bool(record.problem) for record in records].count(True) == bad


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_table_is_refused_with_a_sentence(name):
    with pytest.raises(Unreadable, match=r"\.$"):
        read(UNREADABLE[name])


@pytest.mark.parametrize(
    "name", ["UTF-8", "UTF-16 with mark", "UTF-16 without mark", "Windows-1252"]
)
def test_letters_survive_their_encoding(name):
    _, records = read(CORPUS[name][0])

    assert records[0].cells[0] == UMLAUT


@pytest.mark.parametrize(
    ("encoding", "name", "firm"),
    [
        ("cp1252", "François Noël", "Besançon – “Café” €"),
        ("cp1252", "It’s Ana", "A – B"),
        ("cp1250", "Łukasz Wójcik", "Spółka Żółta"),
        ("cp1251", "Мария Сидорова", "ООО «Ромашка»"),
        ("cp1253", "Γιώργος Παπαδόπουλος", "Ελληνική Εταιρεία"),
        ("cp1255", "דוד כהן", "חברה תל אביב"),
        ("cp932", "山田 太郎", "株式会社ナカムラ"),
        ("euc_jp", "佐藤 花子", "東京でんき"),
        ("gb18030", "王小明", "上海贸易有限公司"),
        ("euc_kr", "김철수", "삼성전자 주식회사"),
    ],
)
@pytest.mark.parametrize("others", [0, 400])
def test_letters_of_other_alphabets_are_recognised(encoding, name, firm, others):
    """Also where most people of the file have plain names; the guess is said aloud."""
    table = "Name,Firm,Email\n" + "Ana Smith,Acme,a@x.example\n" * others
    table += "".join(f"{name},{firm},b{n}@x.example\n" for n in range(5))

    dialect, records = read(table.encode(encoding))

    assert list(records[-1].cells) == [name, firm, "b4@x.example"]
    assert NAMES[encoding] in dialect.notes[0]


def test_a_guessed_encoding_is_said_aloud():
    dialect, _ = read(CORPUS["Windows-1252"][0])

    assert dialect.encoding == "cp1252"
    assert "Windows-1252" in dialect.notes[0]


def test_a_broken_byte_is_named_with_line_and_place():
    content, _, _ = CORPUS["a broken byte"]

    bad = [record for record in read(content)[1] if record.problem]

    assert bad[0].line == 4
    assert (
        f"Byte {content.index(0xF6.to_bytes(1, 'big') + b'rg,b'):,} of the file (hexadecimal F6)"
        in bad[0].problem
    )


def test_an_unclosed_quote_costs_its_own_line_only():
    _, records = read(CORPUS["unclosed quote"][0])

    assert [(record.line, bool(record.problem)) for record in records] == [
        (2, False),
        (3, True),
        (4, False),
        (5, False),
    ]
    assert "quotation mark is opened on this line" in records[1].problem


def test_unclosed_quotes_everywhere_take_time_in_proportion_to_the_file():
    content = b"Name,Email\n" + b'"Bob,b@x.example\n' + b"Ana,a@x.example\n" * 30_000
    content += b'x,"y\n' * 2_000

    began = time.monotonic()
    _, records = read(content)

    assert len(records) == 32_001
    assert time.monotonic() - began < 30


def test_headings_get_names_that_can_be_told_apart():
    dialect, _ = read(CORPUS["repeated and blank headings"][0])

    assert dialect.columns == ("Name", "Email", "Column 3", "Name (2)")


def test_lines_are_counted_as_an_editor_does():
    _, records = read(CORPUS["title lines"][0])

    assert records[0].line == 5


def test_reading_goes_on_after_any_row():
    handle = io.BytesIO(b"A,B\n" + b"".join(b"%d,x\n" % n for n in range(10)))
    dialect = detect(handle)

    assert [record.cells[0] for record in data_records(handle, dialect, after=7)] == ["7", "8", "9"]


def test_a_dialect_survives_being_stored():
    dialect, _ = read(CORPUS["Windows-1252"][0])

    assert Dialect.from_json(dialect.as_json()) == dialect


cell = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\"',;\t "), max_size=12
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=15),
    separator=st.sampled_from(",;\t"),
)
def test_what_the_csv_module_writes_is_read_back(rows, separator):
    target = io.StringIO()
    writer = csv.writer(target, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(["First", "Second", "Third"])
    writer.writerows(rows)
    handle = io.BytesIO(target.getvalue().encode())
    dialect = Dialect("utf-8", separator, "", 1, ("First", "Second", "Third"))

    records = list(data_records(handle, dialect))

    assert [record.cells for record in records] == rows
    assert not any(record.problem for record in records)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content):
    try:
        _, records = read(b"Name,Email\n" + content)
    except Unreadable:
        return
    # Every line that is not blank belongs to exactly one record.
    assert len({record.line for record in records}) == len(records)
