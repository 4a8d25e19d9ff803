"""An import is taken back as a whole, but for what people changed since."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from leads.intake import services
from leads.intake.models import Import
from leads.models import (
    Assignment,
    AttributeDefinition,
    Company,
    Lead,
    Note,
    StageChange,
    Touchpoint,
)
from leads.services.journal import add_note
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from tests.factories import csv_of, make_import, make_lead, make_user

pytestmark = pytest.mark.django_db
HEAD = "Record ID,Email,Company,City,Visits,Notes"


def nothing(*_args, **_more):
    """A checkpoint that lets everything pass."""


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr("leads.intake.services.work.BATCH", 3)


def bring(content, kind="leads", mapping=None, by=None):
    run = make_import(content, kind=kind, by=by)
    if mapping is None:
        mapping = services.first_mapping(run=run, by=by, written=None, constants={})
    else:
        mapping = services.read_mapping(run=run, written=mapping)
    run = services.save_mapping(run=run, mapping=mapping, by=by)
    return services.apply_rows(run=services.begin_import(run=run, by=by), by=by, checkpoint=nothing)


def undo(run):
    out = StringIO()
    call_command("undo_import", str(run.pk), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def people(count):
    rows = (f"r{n},lea{n}@x.example,Firm {n % 3},Bonn,{n},Said hello {n}" for n in range(count))
    return csv_of(HEAD, *rows)


def everything():
    """What the tables hold, as far as an import writes there."""
    return {
        "leads": list(Lead.objects.order_by("pk").values()),
        "companies": list(Company.objects.order_by("pk").values()),
        "attributes": list(AttributeDefinition.objects.order_by("pk").values()),
        "touches": list(Touchpoint.objects.order_by("pk").values()),
        "notes": list(Note.objects.order_by("pk").values()),
    }


def as_it_reads():
    """The same for leads that were changed and put back: that it happened stays in their history."""
    found = everything()
    for lead in found["leads"]:
        del lead["version"], lead["updated_at"]
    return found


def test_nothing_is_left_of_new_records(stages, small_batches):
    make_lead(email="old@x.example")
    before = everything()
    run = bring(people(10))
    assert Lead.objects.count() == 11

    answer = undo(run)

    assert (answer["deleted"], answer["reverted"], answer["kept"]) == (10, 0, [])
    assert everything() == before
    assert StageChange.objects.filter(lead__external_id="r1").count() == 0
    run.refresh_from_db()
    assert run.state == "undone"


def test_changed_records_get_back_what_they_had(stages, small_batches):
    bring(
        csv_of(
            "Record ID,Email,City,Visits,Stage",
            "r1,ana@x.example,Bonn,1,Lead",
            "r2,bo@x.example,Rome,2,Lead",
        )
    )
    rep = make_user(Role.REP, name="Rita Rep")
    names = (
        "city",
        "email",
        "email_key",
        "attributes",
        "stage_id",
        "reached",
        "owner_id",
        "country",
    )
    before = list(Lead.objects.order_by("pk").values(*names))
    run = bring(
        csv_of(
            "Record ID,Email,City,Visits,Stage,Owner,Country",
            "r1,ana.new@x.example,Köln,7,MQL,Rita Rep,Germany",
            "r2,bo@x.example,Oslo,2,Lead,Rita Rep,",
            "r3,cy@x.example,Oslo,2,Lead,Rita Rep,",
        )
    )
    assert (run.updated, run.created) == (2, 1)
    assert Lead.objects.filter(owner=rep).count() == 3

    answer = undo(run)

    assert (answer["deleted"], answer["reverted"], answer["kept"]) == (1, 2, [])
    assert list(Lead.objects.order_by("pk").values(*names)) == before
    moves = StageChange.objects.filter(lead__external_id="r1").order_by("pk")
    assert [move.to_stage.slug for move in moves] == ["lead", "mql", "lead"]
    assert Assignment.objects.filter(lead__external_id="r1", to_owner=None).count() == 1


def test_what_people_changed_since_stays_and_is_listed(stages, small_batches):
    bring(csv_of("Record ID,Email,City,Country", "r1,ana@x.example,Bonn,Germany"))
    run = bring(
        csv_of(
            "Record ID,Email,City,Country",
            "r1,ana@x.example,Köln,Austria",
            *(f"n{n},n{n}@x.example,Rome," for n in range(4)),
        )
    )
    Lead.objects.filter(external_id="r1").update(city="Paris", version=9)
    Lead.objects.filter(external_id="n0").update(title="Boss", version=2)
    add_note(lead=Lead.objects.get(external_id="n1"), body="Call her", by=None)
    Touchpoint.objects.create(
        lead=Lead.objects.get(external_id="n2"), kind="call", occurred_at="2026-01-01T00:00Z"
    )

    answer = undo(run)

    assert (answer["deleted"], answer["reverted"], answer["kept_count"]) == (1, 1, 4)
    ana = Lead.objects.get(external_id="r1")
    assert (ana.city, ana.country, ana.version) == ("Paris", "Germany", 10)
    reasons = {row["name"]: row["reason"] for row in answer["kept"]}
    assert reasons["ana@x.example"] == "Changed since: city."
    assert reasons["n0@x.example"] == "Changed since."
    assert "notes" in reasons["n1@x.example"]
    assert "touchpoints" in reasons["n2@x.example"]
    assert set(Lead.objects.values_list("external_id", flat=True)) == {"r1", "n0", "n1", "n2"}


def test_companies_in_use_elsewhere_stay(stages):
    run = bring(people(6))
    make_lead(email="new@x.example", company=Company.objects.get(name="Firm 1"))

    undo(run)

    assert list(Company.objects.values_list("name", flat=True)) == ["Firm 1"]


def test_companies_of_a_file_go_with_their_parents(small_batches):
    rows = ("a1,One,Two", "a2,Two,", "a3,Three,Two", "a4,Four,One", "a5,Five,Four")
    mapping = {"columns": {"Id": "external_id", "Name": "name", "Parent": "parent"}}
    run = bring(csv_of("Id,Name,Parent", *rows), "companies", mapping)
    Company.objects.filter(name="Three").update(city="Rome", version=2)

    answer = undo(run)

    assert answer["deleted"] == 3
    assert set(Company.objects.values_list("name", flat=True)) == {"Two", "Three"}


def test_touchpoints_and_opportunities_go_too(stages):
    make_lead(external_id="l1")
    before = as_it_reads()
    touches = bring(
        csv_of("Id,Lead,Kind,When", "t1,l1,call,2026-01-01", "t2,l1,email,2026-01-02"), "touchpoints",
        {"columns": {"Id": "external_id", "Lead": "lead.external_id", "Kind": "kind", "When": "occurred_at"}},
    )  # fmt: skip
    deals = bring(
        csv_of("Id,Lead,Stage,Firm", "o1,l1,Won,Acme", "o2,,Proposal,Acme"), "opportunities",
        {"columns": {"Id": "external_id", "Lead": "lead.external_id", "Stage": "stage", "Firm": "company.name"}},
    )  # fmt: skip

    assert (undo(deals)["deleted"], undo(touches)["deleted"]) == (2, 2)
    assert as_it_reads() == before


class Killed(Exception):
    """The process ends here."""


def test_an_undo_goes_on_where_it_was_killed(stages, small_batches):
    bring(people(4))
    run = bring(csv_of(HEAD, *(f"r{n},lea{n}@x.example,Firm {n % 3},Köln,{n}," for n in range(20))))
    before = Lead.objects.count()

    def once(*_args, **_more):
        calls.append(1)
        if len(calls) > 2:
            raise Killed

    services.begin_undo(run=run, by=None)
    tries = 0
    while Import.objects.get(pk=run.pk).state == "undoing":
        tries, calls = tries + 1, []
        try:
            services.take_back(run=Import.objects.get(pk=run.pk), by=None, checkpoint=once)
        except Killed:
            continue

    run.refresh_from_db()
    assert tries > 2
    assert (before, Lead.objects.count()) == (20, 4)
    assert (run.undone["deleted"], run.undone["reverted"], run.undone["kept"]) == (16, 4, 0)
    assert set(Lead.objects.values_list("city", flat=True)) == {"Bonn"}


def test_it_is_undone_once(stages):
    run = bring(people(2))
    undo(run)

    with pytest.raises(CommandError, match="already been undone"):
        undo(run)
    with pytest.raises(RuleViolation, match="was undone"):
        services.begin_import(run=Import.objects.get(pk=run.pk), by=None)
    with pytest.raises(CommandError, match="no import 999"):
        call_command("undo_import", "999")


def test_the_page_shows_what_would_happen_and_does_it(stages, as_marketer, marketer, work):
    run = bring(people(3), by=marketer)
    Lead.objects.filter(external_id="r1").update(title="Boss", version=2)

    page = as_marketer.get(f"/leads/import/{run.pk}/undo/")
    assert page.status_code == 200
    assert "Changed since." in page.content.decode()
    assert Lead.objects.count() == 3
    with work():
        assert as_marketer.post(f"/leads/import/{run.pk}/undo/").status_code == 302

    run.refresh_from_db()
    assert (run.state, Lead.objects.count()) == ("undone", 1)
    assert "Taken back" in as_marketer.get(f"/leads/import/{run.pk}/").content.decode()
    assert as_marketer.get(f"/leads/import/{run.pk}/undo/").status_code == 302


def test_the_api_takes_an_import_back(stages, as_marketer, marketer, work):
    run = bring(people(3), by=marketer)

    with work():
        answer = as_marketer.post(f"/api/v1/imports/{run.pk}/undo/")

    assert answer.status_code == 200
    assert as_marketer.get(f"/api/v1/imports/{run.pk}/").json()["undone"]["deleted"] == 3
    assert Lead.objects.count() == 0
    assert as_marketer.post(f"/api/v1/imports/{run.pk}/undo/").status_code == 409


def test_somebody_elses_import_is_not_ones_to_undo(stages, client, marketer):
    run = bring(people(1), by=marketer)
    client.force_login(make_user(Role.MARKETER))

    assert client.get(f"/leads/import/{run.pk}/undo/").status_code == 404
    assert client.post(f"/api/v1/imports/{run.pk}/undo/").status_code == 404
