"""Files as they really come, through the page and the command: every line ends somewhere, and once."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from leads.intake.models import COUNTS, Import
from leads.models import Lead
from tests.factories import upload, workbook_of
from tests.leads.intake.corpus import CORPUS, UNREADABLE
from tests.leads.intake.test_page import act
from tests.leads.intake.test_reading_side import read_again

pytestmark = pytest.mark.django_db


def bomb():
    """A workbook whose sheet unpacks to a thousand times its size."""
    whole = zipfile.ZipFile(io.BytesIO(workbook_of(["Email"], ["a@x.example"])))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name in whole.namelist():
            is_sheet = name.endswith("sheet1.xml")
            book.writestr(name, b" " * 60_000_000 if is_sheet else whole.read(name))
    return target.getvalue()


BOOKS = {
    "locked or old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3_000),
    "cut workbook": workbook_of(["Email"], ["a@x.example"])[:2_000],
    "empty workbook": workbook_of(),
    "another archive": b"PK\x03\x04" + bytes(200),
    "headings only": CORPUS["headings only"][0],
}
READABLE = [name for name in CORPUS if name != "headings only"]


def check(name, run):
    """Rows in = loaded + refused; what could not be read is among the refused, each with its reason."""
    _, well, torn = CORPUS[name]
    assert run.state == "done", run.message
    assert sum(getattr(run, count) for count in COUNTS) == run.rows == well + torn
    assert run.rejected >= torn
    assert Lead.objects.count() == run.created
    refused = run.outcomes.filter(outcome__in=["rejected", "duplicate"])
    assert refused.exclude(reason="").count() == run.rejected + run.duplicates


@pytest.mark.parametrize("name", READABLE)
def test_by_page(name, as_marketer, stages, work):
    with work():
        answer = as_marketer.post("/leads/import/", {"file": upload(CORPUS[name][0])})
    run = Import.objects.get(pk=int(answer.url.rstrip("/").split("/")[-1]))
    assert run.state == "uploaded", run.message
    if run.dialect["is_unsure"]:
        read_again(as_marketer, run, work, header="0")

    act(as_marketer, run, work, "start")

    check(name, run)
    back = b"".join(as_marketer.get(f"/leads/import/{run.pk}/refused/").streaming_content)
    assert back.decode("utf-8-sig").count("\r\n") >= run.rejected + run.duplicates + 1


@pytest.mark.parametrize("name", READABLE)
def test_by_command_and_again(name, stages, tmp_path, capsys):
    file = tmp_path / "leads.csv"
    file.write_bytes(CORPUS[name][0])

    call_command("import_records", "leads", str(file), "--json")
    first = json.loads(capsys.readouterr().out)
    check(name, Import.objects.get(pk=first["import"]))
    call_command("import_records", "leads", str(file), "--json")
    again = json.loads(capsys.readouterr().out)

    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, first["created"])
    assert (again["rejected"], again["duplicates"]) == (first["rejected"], first["duplicates"])
    if first["rejected_file"]:
        assert Path(first["rejected_file"]).stat().st_size > 0


@pytest.mark.parametrize(
    "content", [*UNREADABLE.values(), *BOOKS.values()], ids=[*UNREADABLE, *BOOKS]
)
def test_what_is_no_table_is_said_by_page_and_command(content, as_marketer, stages, work, tmp_path):
    with work():
        answer = as_marketer.post("/leads/import/", {"file": upload(content)}, follow=True)
    said = answer.content.decode()
    if answer.redirect_chain:
        run = Import.objects.get()
        said = as_marketer.get(answer.redirect_chain[-1][0]).content.decode()
        assert (run.state, run.message[-1]) == ("failed", ".")
        assert "Failed" in said
    else:
        assert answer.status_code == 422
        assert "empty" in said

    file = tmp_path / "leads.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError) as error:
        call_command("import_records", "leads", str(file), "--json")
    assert error.value.returncode == 1
    assert not Lead.objects.exists()


def test_a_bomb_costs_nothing(stages, tmp_path):
    file = tmp_path / "leads.xlsx"
    file.write_bytes(bomb())

    with pytest.raises(CommandError, match="far more than its size"):
        call_command("import_records", "leads", str(file), "--json")
