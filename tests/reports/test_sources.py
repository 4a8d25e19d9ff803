from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import AttributeDefinition
from tests.factories import make_campaign, make_lead

pytestmark = pytest.mark.django_db
START = datetime(2026, 2, 3, 9, tzinfo=UTC)


def api(client, **asked):
    response = client.get("/api/v1/reports/sources/", asked)
    assert response.status_code == 200, response.content
    return response.json()


def by_key(body):
    return {row["key"]: row for row in body["rows"]}


def test_the_answer_has_the_shape_of_the_contract(as_marketer):
    make_lead(
        source="Google",
        stage="customer",
        status="won",
        created_at=START,
        converted_at=START + timedelta(days=9),
    )

    body = api(as_marketer)

    assert [column["key"] for column in body["columns"]] == [
        "source",
        "leads",
        "mql",
        "sql",
        "opportunities",
        "won",
        "conversion",
        "median_days",
    ]
    assert all(
        column["label"] and column["unit"] and column["definition"] for column in body["columns"]
    )
    assert set(body["definitions"]["metrics"]) >= {"leads", "won", "conversion", "median_days"}
    assert body["name"] == "sources"
    assert body["filters"]["by"] == "source"
    [row] = body["rows"]
    expected = {
        "source": "Google",
        "leads": 1,
        "mql": 1,
        "sql": 1,
        "opportunities": 1,
        "won": 1,
        "conversion": 1,
        "median_days": 9,
    }
    assert row.items() >= expected.items()
    assert body["totals"] == {key: value for key, value in expected.items() if key != "source"}


def test_blank_and_unknown_are_two_groups(as_marketer):
    make_lead(source="")
    make_lead(source="unknown")

    rows = by_key(api(as_marketer))

    assert rows[""]["label"] == "Not recorded"
    assert rows["unknown"]["label"] == "unknown"


def test_campaigns_are_shown_by_title(as_marketer):
    campaign = make_campaign("Spring fair")
    make_lead(campaign=campaign)

    assert by_key(api(as_marketer, by="campaign"))[campaign.slug]["label"] == "Spring fair"


def test_an_attribute_groups_when_it_is_defined(as_marketer):
    AttributeDefinition.objects.create(name="job", label="Occupation")
    make_lead(attributes={"job": "Student"})
    make_lead()

    body = api(as_marketer, by="attributes.job")

    assert body["columns"][0]["label"] == "Occupation"
    assert {key: row["leads"] for key, row in by_key(body).items()} == {"Student": 1, "": 1}


@pytest.mark.parametrize("who", ["as_executive", "as_rep"])
def test_rare_values_of_attributes_are_hidden_from_who_may_not_see_every_lead(request, who):
    AttributeDefinition.objects.create(name="job", label="Occupation")
    for _ in range(5):
        make_lead(attributes={"job": "Student"})
    make_lead(attributes={"job": "Owner of the Old Mill"}, stage="customer", status="won")
    client = request.getfixturevalue(who)

    body = api(client, by="attributes.job")

    assert {row["label"]: row["leads"] for row in body["rows"]} == {
        "Student": 5,
        "1 other values": 1,
    }
    assert b"Old Mill" not in client.get("/reports/sources/?by=attributes.job").content
    assert body["totals"]["won"] == 1


def test_days_of_the_question_are_both_included(as_marketer):
    for day in range(5):
        make_lead(created_at=START + timedelta(days=day))

    assert api(as_marketer, **{"from": "2026-02-04", "to": "2026-02-06"})["totals"]["leads"] == 3


def test_days_begin_where_the_deployment_is(as_marketer, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    make_lead(created_at=datetime(2026, 2, 3, 16, tzinfo=UTC))

    assert api(as_marketer, **{"from": "2026-02-04", "to": "2026-02-04"})["totals"]["leads"] == 1


def test_the_period_before_stands_beside(as_marketer):
    make_lead(source="Fair", created_at=START)
    make_lead(source="Fair", created_at=START - timedelta(days=1))
    make_lead(source="Gone", created_at=START - timedelta(days=1))

    body = api(as_marketer, **{"from": "2026-02-03", "to": "2026-02-03", "compare": "previous"})

    rows = by_key(body)
    assert (rows["Fair"]["leads"], rows["Fair"]["previous_leads"]) == (1, 1)
    assert (rows["Gone"]["leads"], rows["Gone"]["previous_leads"]) == (0, 1)
    assert body["totals"]["previous_leads"] == 2


def test_filters_narrow_it(as_marketer, rep):
    campaign = make_campaign("Spring fair")
    make_lead(source="Fair", campaign=campaign, owner=rep)
    make_lead(source="Fair")

    for asked in (
        {"campaign": campaign.slug},
        {"owner": rep.pk},
        {"owner": rep.pk, "source": "Fair"},
    ):
        assert api(as_marketer, **asked)["totals"]["leads"] == 1, asked
    assert api(as_marketer, owner="none")["totals"]["leads"] == 1
    assert api(as_marketer, owner="me")["totals"]["leads"] == 0


def test_hundreds_of_groups_are_paged_on_the_page_and_whole_elsewhere(as_marketer):
    for number in range(120):
        make_lead(landing_page=f"/page-{number:03}")

    body = api(as_marketer, by="landing_page")
    first = as_marketer.get("/reports/sources/?by=landing_page").content.decode()
    last = as_marketer.get("/reports/sources/?by=landing_page&page=3").content.decode()
    beyond = as_marketer.get("/reports/sources/?by=landing_page&page=99").content.decode()

    assert len(body["rows"]) == 120
    assert "/page-049" in first
    assert "/page-050" not in first.split('id="report-table"')[1]
    assert "/page-119" in last
    assert "/page-119" in beyond
    assert "108 others" in first


def test_the_chart_says_what_was_found(as_marketer):
    for number in range(40):
        make_lead(
            source="Google" if number < 30 else "Fair", status="won" if number < 6 else "open"
        )

    page = as_marketer.get("/reports/sources/").content.decode()

    assert "Google: 30 of 40 leads (75" in page
    assert "Google converts best at 20" in page
    assert "Small sample" in page  # ten leads of the fair


def test_a_name_is_text_wherever_it_came_from(as_marketer):
    make_lead(source="<script>alert(1)</script>")

    page = as_marketer.get("/reports/sources/").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_no_leads_says_what_to_do(as_marketer):
    page = as_marketer.get("/reports/sources/").content.decode()

    assert "No leads to report on" in page
