"""Public sales data, imported by command, give the known win rates to the unit."""

from __future__ import annotations

import csv
import json
import os
from io import StringIO
from pathlib import Path
from statistics import median

import pytest
from django.core.management import call_command
from django.db.models import Exists, Min, OuterRef

from leads.models import Company, Lead, Touchpoint
from leads.opportunities.models import Opportunity, Product
from portal.accounts.roles import Role
from tests.factories import make_team, make_user
from tests.reports.reading import from_api, from_csv, from_page, from_xlsx

DATA = Path(
    os.environ.get("ACCORD_REAL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.real_data,
    pytest.mark.skipif(
        not DATA.is_dir(), reason=f"The public data sets are not at {DATA}; set ACCORD_REAL_DATA."
    ),
]
WON, LOST, OPEN, RATE, AMOUNT, DAYS = 1, 2, 3, 4, 5, 6
PIPELINE = {
    "columns": {
        "opportunity_id": "external_id",
        "sales_agent": "owner",
        "manager": "team",
        "product": "product",
        "account": "company.name",
        "deal_stage": "stage",
        "engage_date": "created_at",
        "close_date": "closed_at",
        "close_value": "amount",
    },
    "values": {"product": {"GTXPro": "GTX Pro"}},
    "constants": {"currency": "USD"},
}
ACCOUNTS = {
    "columns": {
        "account": "name",
        "sector": "industry",
        "revenue": "revenue",
        "employees": "employees",
        "office_location": "country",
        "subsidiary_of": "parent",
    },
    "values": {
        "industry": {"technolgy": "technology"},
        "country": {"Philipines": "Philippines"},
    },
}
SIMULATED = {
    "columns": {
        "opportunity_id": "external_id",
        "lead_id": "lead.external_id",
        "created_at": "created_at",
        "stage": "stage",
        "estimated_acv": "amount",
        "close_outcome": "status",
        "closed_at": "closed_at",
    },
    "values": {"status": {"closed_won": "won", "closed_lost": "lost"}},
}
SIMULATION = (
    ("companies", "accounts", 1500),
    ("leads", "leads", 3000),
    ("opportunities", "opportunities", 2768),
    ("touchpoints", "touches", 32843),
    ("touchpoints", "sessions", 8706),
    ("touchpoints", "sales_activities", 36768),
)
LEADS = {
    "columns": {
        "lead_id": "external_id",
        "lead_created_at": "created_at",
        "lead_source": "source",
    },
    "key": "external_id",
}


def imported(tmp_path, kind, file, mapping):
    """Import with everything that the mapping does not name left out."""
    with file.open(encoding="utf-8-sig") as lines:
        header = next(csv.reader(lines))
    written = tmp_path / f"{kind}.json"
    written.write_text(
        json.dumps(mapping | {"columns": dict.fromkeys(header) | mapping["columns"]})
    )
    out = StringIO()
    call_command("import_records", kind, str(file), mapping=str(written), json=True, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def pipeline(tmp_path, stages):
    """The pipeline with the manager of each agent beside it, as a CRM would export it."""
    folder = DATA / "maven_crm"
    with (folder / "sales_teams.csv").open(encoding="utf-8") as lines:
        managers = {row["sales_agent"]: row["manager"] for row in csv.DictReader(lines)}
    with (folder / "sales_pipeline.csv").open(encoding="utf-8") as lines:
        rows = [row | {"manager": managers[row["sales_agent"]]} for row in csv.DictReader(lines)]
    file = tmp_path / "pipeline.csv"
    with file.open("w", newline="", encoding="utf-8") as written:
        writer = csv.DictWriter(written, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    answer = imported(tmp_path, "opportunities", file, PIPELINE)
    assert (answer["rows"], answer["created"], answer["rejected"]) == (8800, 8800, 0)


@pytest.fixture
def stages(db):
    from tests.factories import make_stages

    make_stages()


def by(client, name, *places, door=from_api):
    rows = door(client, "win-rate", by=name)
    return {row[0]: tuple(row[place] for place in places) for row in rows[:-1]}


def closed(row):
    return (row[0] + row[1], row[0])


def test_a_pipeline_of_8800_sales(pipeline, as_marketer, as_sales_manager):
    for door in (from_api, from_csv, from_xlsx, from_page):
        whole = door(as_marketer, "win-rate")[-1]
        assert whole[WON:RATE] == [4238, 2473, 2089], door.__name__
        assert whole[RATE] == pytest.approx(0.631501, abs=1e-6)
        assert whole[AMOUNT] == 10_005_534
        assert whole[DAYS] == 57

    quarters = by(as_marketer, "quarter", WON, LOST, AMOUNT)
    assert {name: (*closed(row), row[2]) for name, row in quarters.items() if name[0] == "Q"} == {
        "Q1 2017": (647, 531, 1_134_672),
        "Q2 2017": (2032, 1254, 3_086_111),
        "Q3 2017": (2047, 1257, 2_982_255),
        "Q4 2017": (1985, 1196, 2_802_496),
    }
    assert by(as_marketer, "quarter", OPEN)["Not closed yet"] == (2089,)

    managers = {
        name.split()[-1]: closed(row) for name, row in by(as_marketer, "team", WON, LOST).items()
    }
    assert managers == {
        "Marxen": (1418, 882),
        "Sewald": (1287, 828),
        "Brinkmann": (1186, 747),
        "Neubert": (1113, 691),
        "Rouche": (962, 610),
        "Losch": (745, 480),
    }
    products = {name: closed(row) for name, row in by(as_marketer, "product", WON, LOST).items()}
    assert products == {
        "GTX Basic": (1436, 915),
        "MG Special": (1223, 793),
        "GTX Pro": (1147, 729),
        "MG Advanced": (1084, 654),
        "GTX Plus Basic": (1051, 653),
        "GTX Plus Pro": (745, 479),
        "GTK 500": (25, 15),
    }
    whole = as_marketer.get("/api/v1/reports/win-rate/").json()["totals"]
    middles = [f"median_days{end}" for end in ("_closed", "", "_lost")]
    assert [whole[name] for name in (*middles, "median_amount")] == [45, 57, 14, 1117]
    assert whole["amount_won"] / whole["won"] == pytest.approx(2360.9094, abs=1e-4)
    assert Product.objects.count() == 7
    agents = {
        name: closed(row) for name, row in by(as_marketer, "owner", WON, LOST).items() if row[0]
    }
    assert len(agents) == 30
    assert (agents["Hayden Neloms"], agents["Lajuana Vencill"]) == ((152, 107), (231, 127))
    rates = {name: won / ended for name, (ended, won) in agents.items()}
    assert (max(rates, key=rates.get), min(rates, key=rates.get)) == (
        "Hayden Neloms",
        "Lajuana Vencill",
    )

    # The products of the price list are the ones that the pipeline names without a space.
    second = from_api(
        as_marketer, "win-rate", by="quarter", **{"from": "2017-04-01", "to": "2017-06-30"}
    )
    assert second[-1][WON:OPEN] == [1254, 2032 - 1254]
    page = as_sales_manager.get(
        "/opportunities/?status=won&team_name=Celia Rouche"
    ).content.decode()
    assert ">610<" in page


def test_a_pipeline_without_managers_and_its_accounts(tmp_path, stages, as_marketer):
    """Where the portal knows people and teams, the file as it is gives figures by manager."""
    folder = DATA / "maven_crm"
    with (folder / "sales_teams.csv").open(encoding="utf-8") as lines:
        agents = {row["sales_agent"]: row["manager"] for row in csv.DictReader(lines)}
    teams = {name: make_team(name) for name in set(agents.values())}
    for name, manager in agents.items():
        make_user(Role.REP, name=name, teams=[teams[manager]])
    answer = imported(tmp_path, "companies", folder / "accounts.csv", ACCOUNTS)
    assert (answer["created"], answer["rejected"]) == (85, 0)
    columns = {name: field for name, field in PIPELINE["columns"].items() if name != "manager"}
    answer = imported(
        tmp_path, "opportunities", folder / "sales_pipeline.csv", PIPELINE | {"columns": columns}
    )
    assert (answer["created"], answer["rejected"]) == (8800, 0)

    rouche = by(as_marketer, "team", WON, LOST)["Celia Rouche"]
    assert closed(rouche) == (962, 610)
    assert len(by(as_marketer, "team", WON)) == 6
    assert Company.objects.count() == 85
    assert not Company.objects.filter(industry="technolgy").exists()
    assert Company.objects.exclude(parent=None).count() == 15
    assert Opportunity.objects.filter(company=None, status="open").count() == 1425
    assert "technology" in by(as_marketer, "industry", WON)


def test_a_simulated_company_as_it_is_proposed(tmp_path, stages, as_marketer):
    """Nothing is said about its files but what the portal proposes by itself."""
    for kind, name, rows in SIMULATION:
        out = StringIO()
        file = DATA / "b2b_saas_simulated" / f"{name}.csv"
        call_command("import_records", kind, str(file), json=True, stdout=out, stderr=StringIO())
        answer = json.loads(out.getvalue())
        assert (answer["created"], answer["rejected"]) == (rows, 0), name

    for door in (from_api, from_csv, from_xlsx, from_page):
        rows = door(as_marketer, "sources")
        assert {row[0]: (row[1], row[5]) for row in rows[:-1]} == {
            "inbound_marketing": (1359, 274),
            "sdr_outbound": (1077, 183),
            "partner_referral": (564, 98),
        }, door.__name__
        assert (rows[-1][1], rows[-1][5], rows[-1][7]) == (3000, 555, 66)
    whole = from_api(as_marketer, "win-rate", by="source")[-1]
    assert whole[RATE] == pytest.approx(0.439430, abs=1e-6)
    assert whole[AMOUNT] == 34_754_112

    touches = Touchpoint.objects.filter(lead=OuterRef("pk"))
    touched = Exists(touches.filter(external_id__startswith="touch_"))
    worked = Exists(touches.filter(external_id__startswith="act_"))
    assert Lead.objects.filter(~touched).count() == 45
    assert Lead.objects.filter(~worked).count() == 181
    first = Touchpoint.objects.filter(external_id__startswith="act_").values("lead")
    days = [
        (row["first"].date() - row["lead__created_at"].date()).days
        for row in first.annotate(first=Min("occurred_at")).values("first", "lead__created_at")
    ]
    assert median(days) == 10
    assert not Touchpoint.objects.exclude(left_out="").exists()
    assert Lead.objects.filter(attributes__is_sql=True).count() == 2764


def test_a_simulated_company_with_its_leads(tmp_path, stages, as_marketer):
    folder = DATA / "b2b_saas_simulated"
    assert imported(tmp_path, "leads", folder / "leads.csv", LEADS)["created"] == 3000
    answer = imported(tmp_path, "opportunities", folder / "opportunities.csv", SIMULATED)
    assert (answer["created"], answer["rejected"]) == (2768, 0)

    rows = from_api(as_marketer, "win-rate", by="source")
    whole = rows[-1]
    assert (whole[WON], whole[LOST], whole[OPEN]) == (555, 708, 1505)
    assert whole[RATE] == pytest.approx(0.439430, abs=1e-6)
    assert whole[AMOUNT] == 34_754_112
    assert whole[DAYS] == 51
    won = {row[0]: row[WON] for row in rows[:-1]}
    assert sorted(won.values()) == [98, 183, 274]
    assert Opportunity.objects.filter(lead=None).count() == 0
