from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from leads.intake.models import Import, ImportRow
from leads.models import Assignment, AttributeDefinition, Company, Lead, Note, StageChange
from portal.accounts.roles import Role
from tests.factories import csv_of, make_campaign, make_lead, make_user, workbook_of

pytestmark = pytest.mark.django_db

LEADS = csv_of(
    "Record ID,First Name,Last Name,Email,Company,Lead Source,Create Date,Visits,Notes",
    "r1,Ana,Smith,ana@x.example,Acme GmbH,Google,2026-01-02,3,Likes tea",
    "r2,Bob,Jones,bob@x.example,ACME,google,2026-01-03,4,",
    "r3,Eva,Moss,eva@x.example,Globex,Google,2026-01-04,,",
)


@pytest.fixture
def imports(tmp_path, stages, capsys):
    """Runs the command on a file with this content; its JSON answer."""

    def run(content, *arguments, name="leads.csv", kind="leads"):
        path = tmp_path / name
        path.write_bytes(content)
        capsys.readouterr()
        call_command("import_records", kind, str(path), "--json", *arguments)
        return json.loads(capsys.readouterr().out)

    return run


def refused(imports, content, *arguments, **options):
    with pytest.raises(CommandError) as error:
        imports(content, *arguments, **options)
    return error.value


def mapping_file(tmp_path, **parts):
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(parts))
    return str(path)


def outcome(answer):
    return {
        name: answer[name]
        for name in ("rows", "created", "updated", "unchanged", "duplicates", "rejected")
    }


def counts(**given):
    return (
        dict.fromkeys(("rows", "created", "updated", "unchanged", "duplicates", "rejected"), 0)
        | given
    )


def test_leads_come_in_with_company_source_stage_and_note(imports):
    answer = imports(LEADS)

    assert outcome(answer) == counts(rows=3, created=3)
    assert {"import", "rejected_file", "seconds"} <= answer.keys()
    ana = Lead.objects.get(external_id="r1")
    assert (ana.full_name, ana.email_key, ana.company.name, ana.source) == (
        "Ana Smith",
        "ana@x.example",
        "Acme GmbH",
        "Google",
    )
    assert (ana.stage.slug, ana.status, ana.reached, ana.attributes) == (
        "lead",
        "open",
        10,
        {"visits": 3},
    )
    assert ana.created_at.date().isoformat() == "2026-01-02"
    assert ana.notes_written.get().body == "Likes tea"
    assert Company.objects.count() == 2
    assert set(Lead.objects.values_list("source", flat=True)) == {"Google"}
    assert StageChange.objects.filter(lead=ana, from_stage=None, to_stage=ana.stage).count() == 1
    assert AttributeDefinition.objects.get().type == "number"


def test_the_same_file_again_changes_nothing(imports):
    imports(LEADS)
    before = list(Lead.objects.order_by("pk").values())

    answer = imports(LEADS)

    assert outcome(answer) == counts(rows=3, unchanged=3)
    assert list(Lead.objects.order_by("pk").values()) == before
    assert (StageChange.objects.count(), Note.objects.count()) == (3, 1)
    assert not ImportRow.objects.filter(run_id=answer["import"]).exists()


def test_only_what_differs_is_updated_and_told(imports):
    imports(LEADS)

    answer = imports(
        LEADS.replace(b"bob@x.example,ACME", b"robert@x.example,Globex").replace(b",4,", b",,")
    )

    assert outcome(answer) == counts(rows=3, updated=1, unchanged=2)
    bob = Lead.objects.get(external_id="r2")
    assert (bob.email_key, bob.company.name, bob.attributes, bob.version) == (
        "robert@x.example",
        "Globex",
        {"visits": 4},
        2,
    )
    row = ImportRow.objects.get(run_id=answer["import"])
    assert row.before["email"] == "bob@x.example"


def test_a_dry_run_says_the_same_and_writes_nothing(imports):
    content = LEADS + b"r3,Eva,Moss,eva@x.example,,,,,\r\nr4,Udo,Uhl,not an address,,,,,\r\n"

    dry = imports(content, "--dry-run")

    assert (Lead.objects.count(), Company.objects.count(), AttributeDefinition.objects.count()) == (
        0,
        0,
        0,
    )
    assert (
        outcome(dry)
        == outcome(imports(content))
        == counts(rows=5, created=3, duplicates=1, rejected=1)
    )


def test_every_refused_row_comes_back_with_its_reason(imports):
    content = csv_of(
        "Record ID,Email,Create Date",
        "r1,=cmd|x,2026-01-02",
        "r2,b@x.example,2026-99-99",
        "r3,c@x.example",
        "r2,d@x.example,2026-01-02",
    )
    with_dates = ("--set", "dates=iso")

    answer = imports(content, *with_dates)

    with Path(answer["rejected_file"]).open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["Line in the file"] for row in rows] == ["2", "3", "4"]
    assert rows[0]["Email"] == "'=cmd|x"
    assert "not an e-mail address" in rows[0]["Reason"]
    assert "Create Date: This is not a date" in rows[1]["Reason"]
    assert "2 cells where the headings have 3" in rows[2]["Reason"]
    assert outcome(answer) == counts(rows=4, created=1, rejected=3)


def test_the_file_of_refused_rows_can_be_corrected_and_brought_in(imports):
    answer = imports(csv_of("Record ID,Email,City", "r1,ana@x.example,=Rome", "r2,wrong,Pisa"))
    back = Path(answer["rejected_file"]).read_bytes().replace(b"wrong", b"bob@x.example")

    again = imports(back, name="refused.csv")

    assert outcome(again) == counts(rows=1, created=1)
    assert Lead.objects.get(external_id="r2").attributes == {}
    assert Lead.objects.get(external_id="r2").city == "Pisa"


def test_one_person_named_twice_is_a_duplicate(imports):
    answer = imports(csv_of("Email,City", "ana@x.example,Rome", "ANA@x.example ,Oslo"))

    assert outcome(answer) == counts(rows=2, created=1, duplicates=1)
    assert (
        ImportRow.objects.get(outcome="duplicate").reason
        == "Same e-mail address as line 2 of this file."
    )


def test_phone_or_name_with_company_identify_where_there_is_nothing_else(imports):
    content = csv_of(
        "Name,Phone,Company", "Ana Smith,+49 30 1234567,", "Bob Jones,,Acme", "Nobody,,", ",,Acme"
    )

    first = imports(content)

    assert outcome(first) == counts(rows=4, created=2, rejected=2)
    assert "Give an external id" in ImportRow.objects.filter(outcome="rejected").first().reason
    assert outcome(imports(content)) == counts(rows=4, unchanged=2, rejected=2)


def test_a_known_address_is_completed_and_keeps_its_id(imports):
    lead = make_lead(email="ana@x.example", email_key="ana@x.example", external_id="crm-7", city="")

    answer = imports(csv_of("Record ID,Email,City", "other-1,Ana@X.example,Rome"))

    lead.refresh_from_db()
    assert outcome(answer) == counts(rows=1, updated=1)
    assert (lead.external_id, lead.city) == ("crm-7", "Rome")


def test_an_address_of_somebody_else_is_refused(imports):
    make_lead(email="ana@x.example", email_key="ana@x.example", external_id="a")
    make_lead(email="bob@x.example", email_key="bob@x.example", external_id="b")

    answer = imports(csv_of("Record ID,Email", "a,bob@x.example"))

    assert outcome(answer) == counts(rows=1, rejected=1)
    assert "already belongs to another lead" in ImportRow.objects.get().reason


def test_blank_cells_erase_nothing_and_unknown_stays_a_value(imports):
    make_lead(external_id="a", source="Event", city="Rome")

    imports(csv_of("Record ID,Lead Source,City", "a,,Select", "b,unknown,Select"))

    assert Lead.objects.get(external_id="a").source == "Event"
    assert Lead.objects.get(external_id="a").city == "Rome"
    assert Lead.objects.get(external_id="b").source == "unknown"
    assert Lead.objects.get(external_id="b").city == ""


def test_constants_mapping_file_and_campaign(imports, tmp_path):
    campaign = make_campaign("Spring fair")
    mapping = mapping_file(
        tmp_path, columns={"Id": "external_id", "Where": "source", "Number": "attributes.number:number", "Kind": None},
        values={"source": {"g": "Google"}}, null=["NA"], key="external_id",
    )  # fmt: skip

    answer = imports(
        csv_of("Id,Where,Number,Kind,More", "1,g,\"1,234.5\",x,y", "2,NA,7,x,y"),
        "--mapping", mapping, "--campaign", campaign.slug, "--set", "stage=mql", "--set", "country=Italy",
    )  # fmt: skip

    assert outcome(answer) == counts(rows=2, created=2)
    one, two = Lead.objects.order_by("external_id")
    assert (one.source, one.attributes, one.campaign, one.stage.slug, one.reached) == (
        "Google",
        {"number": 1234.5},
        campaign,
        "mql",
        20,
    )
    assert (two.source, two.country) == ("", "Italy")
    assert not AttributeDefinition.objects.exclude(name="number").exists()


def test_a_stage_moves_forward_with_its_date_and_never_back(imports, tmp_path):
    lead = make_lead(external_id="a", stage="mql")

    imports(csv_of("Record ID,Won date", "a,2026-05-06"), "--set", "stage=customer")
    lead.refresh_from_db()
    assert (lead.stage.slug, lead.status, lead.reached) == ("customer", "won", 60)
    assert lead.converted_at.date().isoformat() == "2026-05-06"
    move = StageChange.objects.get(lead=lead)
    assert (move.from_stage.slug, move.to_stage.slug, move.at) == (
        "mql",
        "customer",
        lead.converted_at,
    )

    answer = imports(csv_of("Record ID,Stage", "a,Lead", "b,SQL"))
    assert outcome(answer) == counts(rows=2, created=1, unchanged=1)


def test_an_owner_is_found_by_name_or_address(imports):
    rep = make_user(Role.REP, name="Rita Rep", email="rita@accord.example")
    lead = make_lead(external_id="b")

    imports(csv_of("Record ID,Owner", "a,rita@accord.example", "b,Rita Rep"))

    assert Lead.objects.get(external_id="a").owner == rep
    lead.refresh_from_db()
    assert lead.owner == rep
    assert Assignment.objects.filter(lead=lead, to_owner=rep).count() == 1


def test_an_unknown_stage_is_refused_and_the_known_ones_are_named(imports, tmp_path):
    mapping = mapping_file(tmp_path, columns={"Id": "external_id", "Stage": "stage"})

    answer = imports(csv_of("Id,Stage", "1,Frozen", "2,mql"), "--mapping", mapping)

    assert outcome(answer) == counts(rows=2, created=1, rejected=1)
    assert "There is no stage “Frozen”" in ImportRow.objects.get(outcome="rejected").reason
    assert "Lead, MQL, SAL" in ImportRow.objects.get(outcome="rejected").reason


def test_a_saved_mapping_is_used_by_its_name_and_by_its_columns(imports, tmp_path):
    mapping = mapping_file(tmp_path, columns={"Id": "external_id", "Thing": "city"})
    imports(csv_of("Id,Thing", "1,Rome"), "--mapping", mapping)

    imports(csv_of("Thing,Id", "Oslo,2"))

    assert Lead.objects.get(external_id="2").city == "Oslo"


def test_an_xlsx_comes_in_like_a_csv(imports):
    answer = imports(
        workbook_of(["Record ID", "Email", "Visits"], ["r1", "ana@x.example", 3]), name="leads.xlsx"
    )

    assert outcome(answer) == counts(rows=1, created=1)
    assert Lead.objects.get().attributes == {"visits": 3}


@pytest.mark.parametrize(
    ("content", "arguments", "code", "words"),
    [
        (LEADS, ("--mapping", "nowhere.json"), 2, "neither a file nor a saved mapping"),
        (LEADS, ("--set", "stage"), 2, "--set needs FIELD=VALUE"),
        (LEADS, ("--set", "stge=x"), 2, "Did you mean “stage”?"),
        (LEADS, ("--set", "stage=Frozen"), 2, "There is no stage “Frozen”"),
        (LEADS, ("--campaign", "nothing"), 2, "There is no campaign “nothing”"),
        (LEADS, ("--user", "nobody@x.example"), 2, "no active person"),
        (csv_of("Email,Create Date", "a@x.example,01/02/2026"), (), 2, "--set dates="),
        (b"", (), 1, "The file is empty"),
        (b"%PDF-1.4", (), 1, "a PDF document"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_right_status(
    imports, content, arguments, code, words
):
    error = refused(imports, content, *arguments)

    assert error.returncode == code
    assert words in str(error)
    assert Lead.objects.count() == 0


def test_other_kinds_are_refused_by_name(imports):
    error = refused(imports, LEADS, kind="dogs")

    assert (error.returncode, "dogs" in str(error)) == (2, True)


def test_a_mapping_that_is_no_json_is_wrong_usage(imports, tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text("{nonsense")

    assert refused(imports, LEADS, "--mapping", str(path)).returncode == 2


def test_day_or_month_first_is_answered_on_the_command_line(imports):
    imports(csv_of("Email,Create Date", "a@x.example,01/02/2026"), "--set", "dates=%d/%m/%Y")

    assert Lead.objects.get().created_at.date().isoformat() == "2026-02-01"


def test_somebody_without_the_right_imports_nothing(imports):
    rep = make_user(Role.REP)

    assert refused(imports, LEADS, "--user", rep.email).returncode == 2


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(imports, settings):
    settings.IMPORT_LIMIT = 50

    error = refused(imports, LEADS)

    assert error.returncode == 1
    assert "up to 50 bytes can be imported" in str(error)
    assert not Import.objects.exists()


def test_a_cell_longer_than_its_field_is_refused(imports):
    answer = imports(b"Record ID,City\nr1," + b"x" * 3_000_000 + b"\nr2,Rome\n")

    assert outcome(answer) == counts(rows=2, created=1, rejected=1)


def test_wide_files_of_other_systems_come_in(imports):
    columns = ["Id", *(f"Custom_{n}__c" for n in range(380))]
    answer = imports(csv_of(",".join(columns), ",".join(["00Q1", *(str(n) for n in range(380))])))

    assert outcome(answer) == counts(rows=1, created=1)
    assert len(Lead.objects.get().attributes) == 380


def test_standard_output_holds_the_json_alone(imports, capsys, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(LEADS)
    out = io.StringIO()

    call_command("import_records", "leads", str(path), "--json", stdout=out, stderr=io.StringIO())

    assert out.getvalue().count("\n") == 1
    assert json.loads(out.getvalue())["rows"] == 3
