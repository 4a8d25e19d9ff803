"""Suggested points on public data sets: good where there is something to learn, and honest where not."""

from __future__ import annotations

import csv
import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

DATA = Path(
    os.environ.get("ACCORD_REAL_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data"
)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not DATA.is_dir(), reason=f"The public data sets are not at {DATA}; set ACCORD_REAL_DATA."
    ),
]


def imported(tmp_path, file, columns, **mapping):
    written = tmp_path / "mapping.json"
    written.write_text(json.dumps({"columns": columns} | mapping))
    call_command(
        "import_records", "leads", str(file), mapping=str(written), json=True, stdout=StringIO()
    )


def tried(**options):
    out = StringIO()
    call_command("try_scoring", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def attribute(header):
    from leads.fields import attribute_name

    return f"attributes.{attribute_name(header)}"


def test_an_education_firm_is_learned_from_what_is_known_at_capture(tmp_path):
    file = DATA / "xeducation_leads" / "leads.csv"
    with file.open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    special = {
        "Prospect ID": "external_id",
        "Converted": "stage",
        "Lead Source": "source",
        "Country": "country",
        "City": "city",
    }
    columns = {name: special.get(name) or attribute(name) for name in rows[0]}
    imported(
        tmp_path, file, columns, values={"stage": {"1": "customer", "0": "lead"}},
        null=["Select"], key="external_id",
    )  # fmt: skip
    numbers = sorted(int(row["Lead Number"]) for row in rows)
    edge = numbers[int(len(numbers) * 0.8)]
    number = attribute("Lead Number")
    answer = tried(suggested=True, train=f"{number}__lt={edge}", test=f"{number}__gte={edge}")

    assert answer["train"]["leads"] + answer["test"]["leads"] == 7392
    assert 0.85 <= answer["auc"] <= 0.9
    assert answer["brier"] < 0.16
    assert answer["deciles"][0]["rate"] > 0.85
    assert answer["signal"] is True
    leaking = {
        name
        for name in columns.values()
        for word in ("tags", "quality", "profile", "asymmetrique", "last_")
        if word in name
    }
    assert set(answer["leaks"]) == leaking
    assert all(isinstance(one["points"], int) for one in answer["points"])
    assert not {one["field"] for one in answer["points"]} & {*leaking, number}


def test_a_marketplace_is_learned_in_the_order_of_time(tmp_path):
    folder = DATA / "olist_marketing_funnel"
    imported(
        tmp_path, folder / "olist_marketing_qualified_leads_dataset.csv",
        {"mql_id": "external_id", "first_contact_date": "created_at", "landing_page_id": "landing_page", "origin": "source"},
        constants={"stage": "mql"}, key="external_id",
    )  # fmt: skip
    deals = folder / "olist_closed_deals_dataset.csv"
    with deals.open(encoding="utf-8-sig") as lines:
        header = next(csv.reader(lines))
    columns = dict.fromkeys(header) | {"mql_id": "external_id", "won_date": "converted_at"}
    columns |= {"business_segment": "attributes.segment"}
    imported(tmp_path, deals, columns, constants={"stage": "customer"}, key="external_id")
    answer = tried(suggested=True)

    assert answer["signal"] is True
    assert 0.65 <= answer["auc"] <= 0.72
    assert answer["leaks"] == ["attributes.segment"]


def test_noise_is_called_noise(tmp_path):
    file = DATA / "maven_crm" / "sales_pipeline.csv"
    with file.open(encoding="utf-8-sig") as lines:
        rows = [row for row in csv.DictReader(lines) if row["deal_stage"] in {"Won", "Lost"}]
    closed = tmp_path / "closed.csv"
    with closed.open("w", newline="") as out:
        writer = csv.DictWriter(out, ["id", "agent", "product", "engaged", "stage"])
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {"id": row["opportunity_id"], "agent": row["sales_agent"], "product": row["product"],
                 "engaged": row["engage_date"], "stage": row["deal_stage"]}
            )  # fmt: skip
    imported(
        tmp_path, closed,
        {"id": "external_id", "agent": "attributes.agent", "product": "attributes.product",
         "engaged": "created_at", "stage": "stage"},
        values={"stage": {"Won": "customer", "Lost": "lead"}}, key="external_id",
    )  # fmt: skip
    answer = tried(suggested=True)

    assert answer["signal"] is False
    assert answer["said"].startswith("No signal")
    assert answer["interval"][0] < 0.52
