from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.db.models import Count, Q

from leads.intake.models import Import
from leads.models import Lead
from tests.factories import upload
from tests.leads.intake.test_page import act

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]

EDUCATION = {
    "Direct Traffic": (2212, 706), "Google": (2176, 887), "Olark Chat": (1491, 381), "Organic Search": (902, 358),
    "Reference": (442, 402), "Welingak Website": (108, 107), "": (33, 26), "Referral Sites": (9, 3),
}  # fmt: skip
MARKETPLACE = {
    "organic_search": (2296, 271), "paid_search": (1586, 195), "social": (1350, 75), "unknown": (1099, 179),
    "direct_traffic": (499, 56), "email": (493, 15), "referral": (284, 24), "other": (150, 4), "display": (118, 6),
    "other_publicities": (65, 3), "": (60, 14),
}  # fmt: skip


@pytest.fixture
def run_command(capsys):
    def run(*arguments):
        capsys.readouterr()
        call_command("import_records", "leads", *map(str, arguments), "--json")
        return json.loads(capsys.readouterr().out)

    return run


def by_source():
    rows = Lead.objects.values("source").annotate(
        leads=Count("pk"), won=Count("pk", filter=Q(status="won"))
    )
    return {row["source"]: (row["leads"], row["won"]) for row in rows}


def check_education():
    found = by_source()
    assert {name: found[name] for name in EDUCATION} == EDUCATION
    assert sum(leads for leads, _ in found.values()) == 7392
    assert sum(won for _, won in found.values()) == 2877


def test_leads_of_an_education_firm_by_command_and_again(real_data, stages, run_command):
    file = real_data / "xeducation_leads" / "leads.csv"

    first, again = run_command(file), run_command(file)

    assert (first["rows"], first["created"], first["rejected"]) == (7392, 7392, 0)
    assert (again["unchanged"], again["created"], again["updated"]) == (7392, 0, 0)
    check_education()


def test_leads_of_an_education_firm_by_page(real_data, stages, as_marketer, work):
    content = (real_data / "xeducation_leads" / "leads.csv").read_bytes()
    with work():
        answer = as_marketer.post("/leads/import/", {"file": upload(content)})
    run = Import.objects.get(pk=int(answer.url.rstrip("/").split("/")[-1]))

    act(as_marketer, run, work, "check")
    assert (run.state, run.created, run.rejected) == ("checked", 7392, 0)
    act(as_marketer, run, work, "start")

    assert (run.state, run.created, run.rejected) == ("done", 7392, 0)
    check_education()


def test_a_mapping_file_of_ones_own(real_data, stages, run_command, tmp_path):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({
        "columns": {
            "Prospect ID": "external_id", "Lead Number": "attributes.number:number", "Lead Source": "source",
            "Country": "country", "City": "city", "Converted": "stage", "Lead Origin": "attributes.origin",
        },
        "values": {"stage": {"1": "customer", "0": "lead"}},
        "null": ["Select"],
        "key": "external_id",
    }))  # fmt: skip

    answer = run_command(real_data / "xeducation_leads" / "leads.csv", "--mapping", mapping)

    assert (answer["created"], answer["rejected"]) == (7392, 0)
    check_education()
    assert Lead.objects.filter(attributes__number__lt=600_000).exists()
    assert not Lead.objects.filter(city="Select").exists()


def test_qualified_leads_of_a_marketplace_and_then_their_deals(real_data, stages, run_command):
    folder = real_data / "olist_marketing_funnel"

    leads = run_command(folder / "olist_marketing_qualified_leads_dataset.csv")
    deals = run_command(folder / "olist_closed_deals_dataset.csv", "--set", "stage=customer")

    assert (leads["created"], leads["rejected"]) == (8000, 0)
    assert (deals["updated"], deals["created"], deals["rejected"]) == (842, 0, 0)
    assert by_source() == MARKETPLACE
    assert Lead.objects.filter(status="won", converted_at__isnull=False).count() == 842


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("crm_exports/hubspot_fivetran/contact_data.csv", 22),
        ("crm_exports/salesforce_fivetran/sf_lead_data.csv", 1),
        ("crm_exports/salesforce_fivetran/sf_contact_data.csv", 4),
        ("crm_exports/zoho_ui_export/leads_sample20.csv", 20),
        ("contact_typos/contacts.csv", 261),
        ("b2b_saas_simulated/contacts.csv", 4200),
        ("b2b_saas_simulated/leads.csv", 3000),
    ],
)
def test_exports_of_other_systems_lose_no_row(real_data, stages, run_command, path, rows):
    answer = run_command(real_data / path)

    assert answer["rows"] == rows
    assert (
        sum(answer[name] for name in ("created", "updated", "unchanged", "duplicates", "rejected"))
        == rows
    )
    assert answer["created"] >= rows * 0.15
