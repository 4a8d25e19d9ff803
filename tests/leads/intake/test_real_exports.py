"""Exports of CRMs and a bank's campaign, brought in by command: what is known of them comes out."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from leads.models import Company, FormerKey, Lead, Touchpoint
from portal.webhooks.models import Delivery
from tests.factories import make_hook
from tests.leads.intake.test_kinds import counts
from tests.reports.reading import from_api
from tests.webhooks.test_receive import post

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]


@pytest.fixture
def brought(stages, tmp_path):
    """Bring a file in, as proposed or as a mapping says."""

    def run(kind, file, **parts):
        more = []
        if parts:
            written = tmp_path / "mapping.json"
            written.write_text(json.dumps(parts))
            more = ["--mapping", str(written)]
        out = StringIO()
        call_command(
            "import_records", kind, str(file), "--json", *more, stdout=out, stderr=StringIO()
        )
        return json.loads(out.getvalue())

    return run


def test_a_contact_that_absorbed_three_others_is_one_person(real_data, brought):
    folder = real_data / "crm_exports" / "hubspot_fivetran"

    answer = brought("leads", folder / "contact_data.csv")

    assert (answer["rows"], *counts(answer)) == (22, 19, 0, 0, 0, 3)
    assert Lead.objects.count() == 19
    keeper = Lead.objects.get(external_id="78971951")
    old = FormerKey.objects.filter(lead=keeper).values_list("value", flat=True)
    assert set(old) == {"76340251", "46897301", "76226001"}
    again = brought("leads", folder / "contact_data.csv")
    assert counts(again) == (0, 0, 19, 0, 3)
    deals = brought("opportunities", folder / "deal_data.csv")
    assert (deals["created"], deals["rejected"]) == (44, 0)
    assert brought("companies", folder / "company_data.csv")["created"] == 24
    assert Company.objects.count() >= 24


@pytest.mark.parametrize(("name", "width"), [("sf_lead_data", 382), ("sf_contact_data", 368)])
def test_exports_of_hundreds_of_columns(real_data, brought, name, width):
    file = real_data / "crm_exports" / "salesforce_fivetran" / f"{name}.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = csv.reader(lines)
    assert len(header) == width

    answer = brought("leads", file)

    assert answer["rows"] == len(rows) == sum(counts(answer))
    ids = {row[header.index("id")] for row in rows}
    assert set(Lead.objects.values_list("external_id", flat=True)) <= ids


def test_rows_that_were_deleted_elsewhere_stay_out_with_the_reason(real_data, brought):
    file = real_data / "crm_exports" / "salesforce_fivetran" / "sf_account_data.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        deleted = Counter(row["is_deleted"] for row in csv.DictReader(lines))

    answer = brought("companies", file)

    assert answer["rejected"] == deleted["true"]
    assert answer["created"] == answer["rows"] - deleted["true"]


def test_leads_of_a_page_of_a_crm_keep_their_dates(real_data, brought):
    answer = brought("leads", real_data / "crm_exports" / "zoho_ui_export" / "leads_sample20.csv")

    assert counts(answer) == (20, 0, 0, 0, 0)
    first = Lead.objects.get(external_id="4563")
    assert first.created_at == datetime(2021, 4, 15, 0, 3, tzinfo=UTC)
    assert (first.last_name, first.company.name) == ("Denson", "Maurice The Pants Man")


def test_calls_of_a_bank(real_data, brought, as_marketer):
    """Rows without any key; unknown is a value, and 999 days mean never."""
    file = real_data / "uci_bank_marketing" / "bank-additional.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    columns = {
        "job": "attributes.job", "pdays": "attributes.pdays:number", "poutcome": "source", "y": "stage",
        "age": "attributes.age:number", "cons.price.idx": "attributes.price_index:number",
    }  # fmt: skip

    said = {
        "columns": columns,
        "key": "row",
        "values": {"stage": {"yes": "customer", "no": "lead"}, "attributes.pdays": {"999": ""}},
    }
    answer = brought("leads", file, **said)

    assert counts(answer) == (4119, 0, 0, 0, 0)
    bought = Counter(row["poutcome"] for row in rows if row["y"] == "yes")
    all_of = Counter(row["poutcome"] for row in rows)
    found = {line[0]: (line[1], line[5]) for line in from_api(as_marketer, "sources")[:-1]}
    assert found == {name: (all_of[name], bought[name]) for name in all_of}
    assert Lead.objects.filter(attributes__job="unknown").count() == sum(
        row["job"] == "unknown" for row in rows
    )
    called = sum(row["pdays"] != "999" for row in rows)
    assert Lead.objects.filter(attributes__has_key="pdays").count() == called
    assert counts(brought("leads", file, **said)) == (0, 0, 4119, 0, 0)


def test_events_that_a_crm_sends_again_change_nothing(real_data, stages):
    """HubSpot repeats an event under its id with a higher attempt; a form tool passes it on."""
    file = real_data / "crm_exports" / "hubspot_webhooks" / "hubspot_webhook_events.json"
    sample = json.loads(file.read_text())["lifecyclestage_change"]
    _, path = make_hook()

    def event(attempt):
        at = datetime.fromtimestamp(sample["occurredAt"] / 1000, UTC).isoformat()
        told = {"kind": "other", "visitor": str(sample["objectId"]), "occurred_at": at}
        told["attributes"] = {"attempt": attempt}
        return {"type": "touchpoint", "id": sample["eventId"], "data": told}

    first, again = post(path, [event(0)]), post(path, [event(1)])

    assert (first.json()["accepted"], again.json()["accepted"]) == (1, 0)
    assert again.json()["repeated"] == 1
    assert Delivery.objects.get().data["attributes"] == {"attempt": 0}
    assert Touchpoint.objects.count() <= 1
