from __future__ import annotations

import pytest

from portal.funnel.models import Stage
from tests.factories import make_funnel, make_lead, make_stages

pytestmark = pytest.mark.django_db


def api(client, **asked):
    return client.get("/api/v1/reports/funnel/", asked).json()


def test_one_row_a_stage_in_order(as_marketer):
    for kind in ("lead", "mql", "sql"):
        make_lead(stage=kind)
    make_lead(stage="customer", status="won")

    body = api(as_marketer)

    assert [row["stage"] for row in body["rows"]] == [
        "lead",
        "mql",
        "sal",
        "sql",
        "opportunity",
        "customer",
    ]
    assert [row["entered"] for row in body["rows"]] == [4, 3, 2, 2, 1, 1]
    assert {"entered", "current", "converted", "conversion", "median_days"} <= set(body["rows"][0])
    assert (
        body["totals"]["entered"],
        body["totals"]["converted"],
        body["totals"]["conversion"],
    ) == (4, 1, 0.25)


def test_won_of_sources_is_the_number_that_reached_customer(as_marketer):
    make_lead(stage="customer", status="won")
    make_lead(stage="sql")

    sources = as_marketer.get("/api/v1/reports/sources/").json()

    assert sources["totals"]["won"] == api(as_marketer)["rows"][-1]["entered"]


def test_it_names_the_revision_that_the_stages_come_from(as_marketer):
    definition = make_funnel(agreed=True)
    number = definition.document.in_force.number

    assert api(as_marketer)["definitions"]["funnel"] == number
    assert (
        f"revision {number} of the funnel definition"
        in as_marketer.get("/reports/funnel/").content.decode()
    )


def test_without_stages_it_says_what_is_missing(as_marketer):
    Stage.objects.update(is_active=False)

    body = api(as_marketer)

    assert (body["rows"], body["definitions"]["funnel"]) == ([], None)
    assert (
        "No funnel definition is in force" in as_marketer.get("/reports/funnel/").content.decode()
    )


def test_leads_of_a_dropped_stage_are_not_forgotten(as_marketer):
    lead = make_lead(stage="sal")
    lead.stage.is_active = False
    lead.stage.save()

    body = api(as_marketer)

    assert body["totals"]["entered"] == 1
    assert "1 of these leads stand in stages" in body["notes"][0]


def test_a_small_one_answers_at_the_same_address(as_rep):
    make_stages()
    make_lead()

    small = as_rep.get("/reports/funnel/?view=small", headers={"HX-Request": "true"})
    whole = as_rep.get("/reports/funnel/?view=small")

    assert small.content.decode().lstrip().startswith('<div id="report-small-funnel"')
    assert b"<html" in whole.content
    assert "HX-Request" in small["Vary"]
