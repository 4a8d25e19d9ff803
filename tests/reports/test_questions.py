"""What a report may be asked, by whom, and what it costs."""

from __future__ import annotations

import pytest

from portal.activity.models import Activity
from tests.factories import make_campaign, make_lead, make_persona, make_team, make_user

pytestmark = pytest.mark.django_db
DOORS = ["/reports/{}/", "/api/v1/reports/{}/"]
WRONG = [
    ("sources", "by", "attributes.nothing"),
    ("sources", "by", "email"),
    ("sources", "colour", "red"),
    ("sources", "from", "31.01.2026"),
    ("sources", "from", "2026-02-30"),
    ("sources", "to", "\x00"),
    ("sources", "campaign", "no-such"),
    ("sources", "owner", "0"),
    ("sources", "owner", "999999999999999999999999"),
    ("sources", "team", "99999999999999999999999"),
    ("sources", "team", "x"),
    ("sources", "compare", "previous"),
    ("sources", "compare", "next"),
    ("sources", "source", "a\x00b"),
    ("sources", "segment", "a\x00b"),
    ("funnel", "segment", "\x00"),
    ("funnel", "by", "source"),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("report", "name", "value"), WRONG)
def test_what_it_cannot_answer_is_refused_by_name(as_marketer, door, report, name, value):
    response = as_marketer.get(door.format(report), {name: value})

    assert response.status_code == 400
    assert name in response.content.decode()


def test_a_refusal_is_a_problem_that_names_the_field(as_marketer):
    response = as_marketer.get("/api/v1/reports/sources/?colour=red")

    assert response["Content-Type"].startswith("application/problem+json")
    assert [error["field"] for error in response.json()["errors"]] == ["colour"]


@pytest.mark.parametrize("door", DOORS)
def test_the_end_may_not_lie_before_the_beginning(as_marketer, door):
    response = as_marketer.get(door.format("funnel"), {"from": "2026-02-02", "to": "2026-02-01"})

    assert response.status_code == 400


@pytest.mark.parametrize(
    "address", [*(d.format("no-such-report") for d in DOORS), "/reports/funnel/?format=docx"]
)
def test_a_report_that_does_not_exist(as_marketer, address):
    assert as_marketer.get(address).status_code == 404


@pytest.mark.parametrize(
    "who", ["as_rep", "as_marketer", "as_sales_manager", "as_executive", "as_administrator"]
)
@pytest.mark.parametrize(
    "address",
    [
        "/reports/",
        "/reports/funnel/",
        "/reports/sources/",
        "/api/v1/reports/",
        "/api/v1/reports/funnel/",
    ],
)
def test_everybody_reads_reports(request, who, address):
    assert request.getfixturevalue(who).get(address).status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [("/reports/", 302), ("/reports/funnel/", 302), ("/api/v1/reports/funnel/", 401)],
)
def test_a_stranger_does_not(client, db, address, status):
    assert client.get(address).status_code == status


def test_nobody_writes_to_a_report(as_administrator):
    assert as_administrator.post("/reports/funnel/").status_code == 405
    assert as_administrator.post("/api/v1/reports/funnel/").status_code in {403, 405}


def test_the_list_says_what_each_answers(as_rep):
    body = as_rep.get("/api/v1/reports/").json()

    assert [entry["name"] for entry in body["results"]] == [
        "funnel",
        "sources",
        "handoffs",
        "sla",
        "win-rate",
        "velocity",
        "self-reported",
        "scoring",
    ]
    assert all(
        entry["url"].endswith(f"/api/v1/reports/{entry['name']}/") for entry in body["results"]
    )
    page = as_rep.get("/reports/").content.decode()
    assert all(entry["question"] in page for entry in body["results"])


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_is_taken_out_leaves_a_line(as_executive, kind):
    make_lead(source="Fair")

    response = as_executive.get(f"/reports/sources/?format={kind}&source=Fair")

    assert response["Content-Disposition"] == f'attachment; filename="report-sources.{kind}"'
    line = Activity.objects.get(verb="exported")
    assert line.actor == as_executive.user
    assert line.data["report"] == "sources"
    assert line.data["filters"]["source"] == "Fair"


def test_a_page_alone_leaves_none(as_executive):
    as_executive.get("/reports/sources/")

    assert not Activity.objects.filter(verb="exported").exists()


def test_a_fragment_answers_at_the_page_address(as_rep):
    make_lead()

    part = as_rep.get("/reports/sources/", headers={"HX-Request": "true"})

    assert part.content.decode().lstrip().startswith('<div id="report"')
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("name", ["sources", "funnel"])
@pytest.mark.parametrize(("door", "budget"), [("/reports/{}/", 15), ("/api/v1/reports/{}/", 8)])
def test_a_report_costs_the_same_however_many_leads(
    as_marketer, django_assert_max_num_queries, name, door, budget
):
    costs = []
    for size in (1, 10):
        for number in range(size):
            make_lead(source=f"Source {number}", status="won", stage="customer", owner=make_user())
        with django_assert_max_num_queries(budget) as captured:
            assert as_marketer.get(door.format(name)).status_code == 200
        costs.append(len(captured))

    assert costs[0] == costs[1]


def test_chips_say_what_is_asked_and_lead_out_of_it(as_marketer):
    campaign, persona, team = (
        make_campaign("Spring fair"),
        make_persona("Plant manager"),
        make_team("Harbour"),
    )
    page = as_marketer.get(
        "/reports/sources/",
        {"campaign": campaign.slug, "persona": persona.slug, "team": team.pk, "from": "2026-01-01"},
    ).content.decode()

    chips = page.split('class="chips"')[1].split("</div>")[0]
    assert all(text in chips for text in ("Spring fair", "Plant manager", "Harbour", "2026-01-01"))
