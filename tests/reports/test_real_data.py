"""The public data sets, imported by command, give the known counts through every door."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from leads.models import Lead
from leads.opportunities.models import Opportunity
from portal.metrics.expressions import DaysBetween
from tests.factories import make_stages
from tests.reports.reading import from_api, from_csv, from_page, from_xlsx

DATA = Path(
    os.environ.get("ACCORD_REAL_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not DATA.is_dir(), reason=f"The public data sets are not at {DATA}; set ACCORD_REAL_DATA."
    ),
]

EDUCATION = {
    "columns": {
        "Prospect ID": "external_id",
        "Lead Source": "source",
        "Converted": "stage",
        "Lead Origin": "attributes.origin",
        "What is your current occupation": "attributes.occupation",
    },
    "values": {"stage": {"1": "customer", "0": "lead"}},
    "null": ["Select"],
    "key": "external_id",
}
MARKETPLACE = {
    "columns": {
        "mql_id": "external_id",
        "first_contact_date": "created_at",
        "landing_page_id": "landing_page",
        "origin": "source",
    },
    "constants": {"stage": "mql"},
    "key": "external_id",
}
DEALS = {
    "columns": {"mql_id": "external_id", "won_date": "converted_at", "sr_id": "owner"},
    "constants": {"stage": "customer"},
    "key": "external_id",
}


def imported(tmp_path, file, mapping, header, kind="leads"):
    """Import with everything that the mapping does not name left out."""
    columns = dict.fromkeys(header) | mapping["columns"]
    written = tmp_path / "mapping.json"
    written.write_text(json.dumps(mapping | {"columns": columns}))
    out = StringIO()
    call_command(
        "import_records", kind, str(DATA / file), mapping=str(written), json=True, stdout=out
    )
    return json.loads(out.getvalue())


def header_of(file):
    with (DATA / file).open(encoding="utf-8-sig") as lines:
        return lines.readline().strip().split(",")


def counts(rows, *places):
    """Label → the wanted numbers of each line; the last line is all."""
    return {line[0]: tuple(line[place] for place in places) for line in rows[:-1]}


#: The same deals as sales of their leads; a revenue of 0.0 was not declared.
SALES = {
    "columns": {
        "mql_id": "lead.external_id",
        "seller_id": "external_id",
        "won_date": "closed_at",
        "sr_id": "owner",
        "declared_monthly_revenue": "amount",
    },
    "constants": {"status": "won"},
    "null": ["0.0"],
}
ORIGINS = {
    "organic_search": (2296, 271),
    "paid_search": (1586, 195),
    "social": (1350, 75),
    "unknown": (1099, 179),
    "direct_traffic": (499, 56),
    "email": (493, 15),
    "referral": (284, 24),
    "other": (150, 4),
    "display": (118, 6),
    "other_publicities": (65, 3),
    "Not recorded": (60, 14),
}
LEADS, MQL, WON, CONVERSION, DAYS = 1, 2, 5, 6, 7
DOORS = [from_page, from_csv, from_xlsx, from_api]


def test_an_education_firm_by_source_origin_and_occupation(tmp_path, as_marketer):
    file = "xeducation_leads/leads.csv"
    answer = imported(tmp_path, file, EDUCATION, header_of(file))
    assert (answer["rows"], answer["created"], answer["rejected"]) == (7392, 7392, 0)

    for door in DOORS:
        rows = door(as_marketer, "sources")
        found = counts(rows, LEADS, WON)
        expected = {
            "Direct Traffic": (2212, 706),
            "Google": (2176, 887),
            "Olark Chat": (1491, 381),
            "Organic Search": (902, 358),
            "Reference": (442, 402),
            "Welingak Website": (108, 107),
            "Not recorded": (33, 26),
            "Referral Sites": (9, 3),
        }
        assert {label: found[label] for label in expected} == expected, door.__name__
        assert (rows[-1][LEADS], rows[-1][WON]) == (7392, 2877)
        assert rows[-1][CONVERSION] == pytest.approx(0.389205, abs=1e-6)

    by_origin = counts(from_api(as_marketer, "sources", by="attributes.origin"), LEADS, WON)
    assert by_origin == {
        "Landing Page Submission": (4048, 1466),
        "API": (2755, 872),
        "Lead Add Form": (587, 538),
        "Lead Import": (1, 0),
        "Quick Add Form": (1, 1),
    }
    by_occupation = counts(from_csv(as_marketer, "sources", by="attributes.occupation"), LEADS, WON)
    expected = {
        "Unemployed": (4477, 1926),
        "Not recorded": (2124, 342),
        "Working Professional": (572, 522),
        "Student": (188, 64),
    }
    assert {label: by_occupation[label] for label in expected} == expected


def test_a_marketplace_by_origin_with_blank_and_unknown_apart(tmp_path, as_marketer):
    file = "olist_marketing_funnel/olist_marketing_qualified_leads_dataset.csv"
    assert imported(tmp_path, file, MARKETPLACE, header_of(file))["created"] == 8000
    deals = "olist_marketing_funnel/olist_closed_deals_dataset.csv"
    assert imported(tmp_path, deals, DEALS, header_of(deals))["updated"] == 842

    for door in DOORS:
        rows = door(as_marketer, "sources")
        assert counts(rows, LEADS, WON) == ORIGINS, door.__name__
        assert rows[-1][1:3] == [8000, 8000]
        assert rows[-1][CONVERSION] == pytest.approx(0.105250)
        assert rows[-1][DAYS] == 14

    months = {
        "2018-01": (1141, 152),
        "2018-02": (1028, 149),
        "2018-03": (1174, 167),
        "2018-04": (1352, 183),
        "2018-05": (1303, 130),
    }
    for month, (mqls, won) in months.items():
        last = {"2018-02": 28, "2018-04": 30}.get(month, 31)
        whole = from_api(
            as_marketer, "sources", **{"from": f"{month}-01", "to": f"{month}-{last}"}
        )[-1]
        assert (whole[LEADS], whole[WON]) == (mqls, won), month

    pages = from_api(as_marketer, "sources", by="landing_page")[:-1]
    assert (len(pages), sum(line[WON] == 0 for line in pages)) == (495, 361)
    funnel = {line[0]: line[1] for line in from_api(as_marketer, "funnel")[:-1]}
    assert funnel["MQL"] == Lead.objects.count() == 8000
    assert list(funnel.values())[-1] == 842
    sellers = {
        line[0]: line for line in from_api(as_marketer, "sources", by="attributes.owner_name")
    }
    del sellers["Not recorded"], sellers["All"]
    best = max(sellers.values(), key=lambda line: line[WON])
    assert (len(sellers), best[WON], best[DAYS]) == (22, 133, 11)
    days = list(
        Lead.objects.filter(status="won")
        .annotate(days=DaysBetween("created_at", "converted_at"))
        .values_list("days", flat=True)
    )
    assert (min(days), max(days)) == (-2, 427)
    assert sum(days) / 842 == pytest.approx(48.4406, abs=1e-4)


def test_the_deals_of_a_marketplace_as_sales_of_their_leads(tmp_path, as_marketer):
    make_stages()
    file = "olist_marketing_funnel/olist_marketing_qualified_leads_dataset.csv"
    assert imported(tmp_path, file, MARKETPLACE, header_of(file))["created"] == 8000
    deals = "olist_marketing_funnel/olist_closed_deals_dataset.csv"
    answer = imported(tmp_path, deals, SALES, header_of(deals), kind="opportunities")
    assert (answer["created"], answer["rejected"]) == (842, 0)

    rows = from_api(as_marketer, "sources")
    assert counts(rows, LEADS, WON) == ORIGINS
    assert rows[-1][DAYS] == 14
    won = {line[0]: line[1] for line in from_api(as_marketer, "win-rate", by="source")}
    assert {name: won[name] for name in ORIGINS} == {name: n for name, (_, n) in ORIGINS.items()}
    owners = from_api(as_marketer, "win-rate", by="owner")[:-1]
    assert (len(owners), max(line[1] for line in owners)) == (22, 133)
    sold = Opportunity.objects.exclude(amount=None)
    assert sold.count() == 45
    assert sold.order_by("-amount").first().amount == 50_000_000
