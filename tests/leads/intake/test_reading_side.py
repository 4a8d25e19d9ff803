"""What a person can see and say about a file before its rows come in, through the page."""

from __future__ import annotations

import io

import openpyxl
import pytest

from leads.intake.crms import EXPORTS
from leads.intake.kinds import KINDS
from leads.intake.models import Import
from leads.intake.recognising import recognise
from leads.models import AttributeDefinition, Lead
from tests.factories import csv_of, make_import, upload
from tests.leads.intake.test_page import act, sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(as_marketer, stages, work):
    """Upload a file as a person does; its import."""

    def run(content, name="file.csv", **fields):
        with work():
            answer = as_marketer.post("/leads/import/", {"file": upload(content, name), **fields})
        return Import.objects.get(pk=int(answer.url.rstrip("/").split("/")[-1]))

    return run


def page_of(client, run):
    return client.get(f"/leads/import/{run.pk}/").content.decode()


def read_again(client, run, work, **said):
    with work():
        answer = client.post(f"/leads/import/{run.pk}/read/", {"header": "1", "rows": "1"} | said)
    run.refresh_from_db()
    return answer


# --- headings ---------------------------------------------------------------------------------
def test_a_first_row_of_values_is_asked_about_before_anything_comes_in(as_marketer, bring, work):
    run = bring(csv_of("ana@x.example,Ana", "bob@x.example,Bob"))

    assert "The first row looks like values" in page_of(as_marketer, run)
    assert act(as_marketer, run, work, "start").status_code == 422
    read_again(as_marketer, run, work, header="0")

    assert run.dialect["columns"] == ["Column 1", "Column 2"]
    assert act(as_marketer, run, work, "start").status_code == 302
    assert set(Lead.objects.values_list("email", flat=True)) == {"ana@x.example", "bob@x.example"}


def test_headings_below_other_lines_can_be_pointed_at(as_marketer, bring, work):
    run = bring(
        csv_of("Fair,2026,Rome", "Hall,4,North", "Name,Email,City", "Ana,ana@x.example,Rome")
    )

    assert "in row 3: Name · Email · City" in page_of(as_marketer, run)
    read_again(as_marketer, run, work, header="3")

    assert run.dialect["columns"] == ["Name", "Email", "City"]
    assert run.rows == 1


def test_headings_in_two_rows_become_one(as_marketer, bring, work):
    content = csv_of("Contact,,Company,", "Name,Email,Name,City", "Ana,ana@x.example,Acme,Rome")
    run = bring(content)
    assert run.dialect["columns"] == [
        "Contact Name",
        "Contact Email",
        "Company Name",
        "Company City",
    ]

    read_again(as_marketer, run, work, header="2", rows="1")
    assert run.dialect["columns"] == ["Name", "Email", "Name (2)", "City"]
    read_again(as_marketer, run, work, header="1", rows="2")
    assert run.dialect["columns"][0] == "Contact Name"


def test_separator_and_encoding_can_be_said(as_marketer, bring, work):
    run = bring("Name;Note\nJürgen;a,b,c\nZoë;d,e,f\n".encode("cp1252"))

    read_again(as_marketer, run, work, separator=";", encoding="cp1252")

    assert run.dialect["columns"] == ["Name", "Note"]
    assert "Jürgen" in page_of(as_marketer, run)


def test_another_sheet_of_a_workbook_can_be_chosen(as_marketer, bring, work):
    book = openpyxl.Workbook()
    book.active.append(["Note"])
    book.active.append(["nothing here"])
    people = book.create_sheet("People")
    people.append(["Name", "Email"])
    people.append(["Ana", "ana@x.example"])
    kept = io.BytesIO()
    book.save(kept)
    run = bring(kept.getvalue(), "book.xlsx")
    assert run.dialect["columns"] == ["Note"]

    read_again(as_marketer, run, work, sheet="People")

    assert run.dialect["columns"] == ["Name", "Email"]


def test_what_was_brought_in_is_not_read_again(as_marketer, bring, work):
    run = bring(csv_of("Email", "ana@x.example"))
    act(as_marketer, run, work, "start")

    assert read_again(as_marketer, run, work).status_code == 409
    assert (
        as_marketer.post(f"/leads/import/{run.pk}/kind/", {"kind": "companies"}).status_code == 409
    )


# --- what the file is -------------------------------------------------------------------------
HUBSPOT = "Record ID,First Name,Last Name,Email,Contact owner,Lifecycle Stage,Original Traffic Source,Shoe"


def test_the_system_is_named_with_how_many_columns_are_known(as_marketer, bring):
    run = bring(
        csv_of(
            HUBSPOT,
            "1,Ana,Rossi,ana@x.example,Mara,lead,Direct,4",
            "2,Bo,Li,bo@x.example,Mara,lead,Direct,4",
        )
    )

    page = page_of(as_marketer, run)

    assert "This looks like a HubSpot contact export: 7 of 8 columns known." in page
    assert "HubSpot calls this field so." in page
    assert (run.kind, sheet(as_marketer, run)["c6"]) == ("leads", "source")


def test_a_name_that_means_something_else_to_its_system_is_not_taken_for_ours(as_marketer, bring):
    content = csv_of(
        "Lead ID,Lead Owner,Lead Status,Unread By Owner,Company / Account,Email,Converted Date",
        "00Q1,Mara,Open,0,Acme,a@x.example,2026-01-02", "00Q2,Mara,Open,0,Acme,b@x.example,2026-01-03",
    )  # fmt: skip

    assert sheet(as_marketer, bring(content))["c6"] == "own:date"


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: f"{export.system} {export.what}")
def test_each_export_is_recognised_by_its_own_headings(export):
    headings = [text.split(";")[0].strip() for text in export.fields.values()]
    headings += [name.strip() for name in export.marks.split(";")]

    found = recognise(headings)

    assert (found.export.system, found.kind) == (export.system, export.kind)
    assert set(export.fields) <= set(KINDS[export.kind].fields) | {"company.external_id"}


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("Account Name,Sector,Employees,Website", "companies"),
        ("Opportunity ID,Amount,Close Date,Deal Stage", "opportunities"),
        ("Touch ID,Touch Type,Lead ID,Timestamp", "touchpoints"),
        ("First Name,Last Name,Company,Email", "leads"),
        ("age,job,marital,balance", "leads"),
    ],
)
def test_the_kind_is_told_from_the_headings_and_can_be_switched(as_marketer, bring, headings, kind):
    assert recognise(headings.split(",")).kind == kind
    run = bring(csv_of(headings, ",".join(["1"] * len(headings.split(",")))))
    assert run.kind == kind

    as_marketer.post(f"/leads/import/{run.pk}/kind/", {"kind": "touchpoints"})
    run.refresh_from_db()
    assert (run.kind, run.mapping) == ("touchpoints", {})
    assert as_marketer.post(f"/leads/import/{run.pk}/kind/", {"kind": "cats"}).status_code == 409


def test_a_file_of_many_columns_folds_those_that_are_not_ours(as_marketer, bring):
    columns = ["Id", "Email", *(f"Custom_{n}__c" for n in range(380))]
    run = bring(csv_of(",".join(columns), ",".join(["00Q1", "a@x.example", *map(str, range(380))])))

    page = page_of(as_marketer, run)

    assert "380 columns kept as fields of your own" in page
    assert 'data-filter="#import-columns tbody tr"' in page
    assert page.index('id="import-column-1"') < page.index('<details class="pad">')


# --- what cells mean --------------------------------------------------------------------------
def test_words_for_nothing_are_proposed_and_can_be_kept(as_marketer, bring, work):
    run = bring(
        csv_of(
            "Email,City,Heard about us", "a@x.example,Select,unknown", "b@x.example,Rome,unknown"
        )
    )
    found = as_marketer.get(f"/leads/import/{run.pk}/").context["sheet"].nothings

    assert {(line.word, line.cells, line.is_ticked) for line in found} == {
        ("Select", 1, True),
        ("unknown", 2, False),
    }
    act(as_marketer, run, work, "start", nothing=["unknown"])
    lead = Lead.objects.get(email="a@x.example")
    assert (lead.city, lead.heard_about_us) == ("Select", "")


def test_rows_their_system_had_deleted_are_asked_about(as_marketer, bring, work):
    content = csv_of(
        "Email,IsDeleted", "a@x.example,true", "b@x.example,false", "c@x.example,false"
    )
    run = bring(content)
    assert "Leave out 1 row: marked as deleted" in page_of(as_marketer, run)

    act(as_marketer, run, work, "check")
    assert (run.created, run.rejected) == (2, 1)
    assert "marked as deleted (IsDeleted)" in page_of(as_marketer, run)
    act(as_marketer, run, work, "check", s0="")
    assert (run.created, run.rejected) == (3, 0)


def test_records_merged_into_another_are_no_people_of_their_own(as_marketer, bring, work):
    run = bring(
        csv_of(
            "hs_object_id,email,hs_merged_object_ids,lifecyclestage",
            "1,a@x.example,2;3,lead", "2,b@x.example,,lead", "3,c@x.example,,lead", "4,d@x.example,,lead",
        )
    )  # fmt: skip

    act(as_marketer, run, work, "start")

    assert (run.created, run.rejected) == (2, 2)
    assert set(Lead.objects.values_list("external_id", flat=True)) == {"1", "4"}


def test_a_field_of_ones_own_gets_the_label_that_was_given(as_marketer, bring, work):
    run = bring(csv_of("Email,Shoe", "a@x.example,44"))

    act(as_marketer, run, work, "start", l1="Size of shoe", n1="shoe_size", f1="")

    own = AttributeDefinition.objects.get()
    assert (own.name, own.label, own.type, own.is_filter) == (
        "shoe_size", "Size of shoe", "number", False,
    )  # fmt: skip


def test_the_first_and_the_odd_rows_are_shown_with_what_they_become(as_marketer, bring):
    rows = [f"p{n}@x.example,{n},2026-01-{n % 28 + 1:02}" for n in range(40)]
    run = bring(
        csv_of("Email,Employees,Create Date", *rows, "p41@x.example,many,2026-01-01", "torn,1")
    )

    shown = as_marketer.get(f"/leads/import/{run.pk}/").context["sheet"].preview

    assert [row.line for row in shown.first] == [2, 3, 4, 5, 6]
    assert shown.first[0].cells[2].becomes == "1 January 2026, 00:00"
    assert {row.line: row.why for row in shown.odd} == {
        42: "Employees: “many” is no number, as nearly all others there are.",
        43: "The row has 2 cells where the headings have 3.",
    }


def test_the_order_of_day_and_month_is_remembered_while_it_fits(as_marketer, bring, work):
    first = bring(csv_of("Email,Create Date", "a@x.example,01/02/2026"))
    page = page_of(as_marketer, first)
    assert "1 February 2026" in page
    assert "2 January 2026" in page
    act(as_marketer, first, work, "start", d1="%d/%m/%Y")

    same = make_import(csv_of("Email,Create Date", "b@x.example,03/04/2026"), by=as_marketer.user)
    assert sheet(as_marketer, same)["d1"] == "%d/%m/%Y"
    other = make_import(csv_of("Email,Create Date", "c@x.example,12/31/2026"), by=as_marketer.user)
    assert sheet(as_marketer, other)["d1"] == "%m/%d/%Y"
