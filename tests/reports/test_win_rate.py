"""The report on win rates: its numbers, its doors, the lists behind them."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from statistics import median
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.opportunities.models import Opportunity
from portal.metrics import win_rate
from portal.metrics.registry import METRICS
from portal.reports.registry import REPORTS
from portal.reports.win_rate import BY
from tests.factories import (
    make_campaign,
    make_company,
    make_competitor,
    make_lead,
    make_opportunity,
    make_persona,
    make_product,
)
from tests.reports.reading import from_api, from_csv, from_page, from_xlsx

pytestmark = pytest.mark.django_db
START = datetime(2026, 2, 3, 22, 30, tzinfo=UTC)
COLUMNS = ["won", "lost", "open", "win_rate", "amount_won", "median_days"]


@pytest.fixture
def sales(marketer, rep, north):
    """Sixty sales of every kind, some with words of their own, some with those of their lead."""
    chance = random.Random(5)
    rivals, goods = (
        [make_competitor(n) for n in ("Rival", "Other & Co")],
        [make_product(), make_product()],
    )
    campaign, persona = make_campaign("Spring fair"), make_persona("Plant manager")
    for number in range(60):
        lead = make_lead(
            source=chance.choice(["Fair", "Web & co", ""]),
            campaign=chance.choice([campaign, None]),
            persona=chance.choice([persona, None]),
            company=make_company(industry=chance.choice(["Retail", ""])),
        )
        status = chance.choice(["won", "lost", "open"])
        closed = START + timedelta(days=number, hours=number) if status != "open" else None
        lost_to = chance.choice(["competitor", "no_decision", "in_house", "unknown", ""])
        lost_to = lost_to if status == "lost" else ""
        make_opportunity(
            status=status, stage={"open": "Prospecting"}.get(status, status),
            lead=chance.choice([lead, None]), source=chance.choice(["", "Mail"]),
            campaign=chance.choice([None, campaign]), company=chance.choice([None, lead.company]),
            owner=chance.choice([rep, marketer, None]), owner_name=chance.choice(["", "Old Hand"]),
            team=chance.choice([north, None]), team_name=chance.choice(["", "East"]),
            product=chance.choice([*goods, None]), amount=chance.choice([None, 100, "99.50"]),
            currency=chance.choice(["EUR", "EUR", ""]), outcome_to=lost_to,
            competitor=rivals[0] if lost_to == "competitor" else None,
            competitors=chance.sample(rivals, chance.choice([0, 1, 2])),
            created_at=START - timedelta(days=chance.randint(0, 50)), closed_at=closed,
            is_created_known=chance.random() < 0.8,
        )  # fmt: skip


QUESTIONS = [
    *({"by": by} for by in BY),
    {"by": "owner", "from": "2026-02-20", "to": "2026-03-10", "compare": "previous"},
    {"by": "quarter", "from": "2026-02-10", "to": "2026-04-02"},
    {"by": "source", "source": "Fair"},
    {"by": "competitor", "industry": "Retail", "team_name": "East"},
    {"by": "product", "owner_name": "Old Hand"},
    {"by": "campaign", "persona": "plant-manager", "owner": "none"},
    {"by": "persona", "campaign": "spring-fair", "currency": "usd"},
]


def rounded(rows):
    """The numbers, to as many digits as a workbook keeps."""
    return [
        [value if value is None else round(float(value), 12) for value in row[1:]] for row in rows
    ]


@pytest.mark.parametrize("asked", QUESTIONS)
def test_four_doors_one_table(as_marketer, sales, asked):
    api = from_api(as_marketer, "win-rate", **asked)

    for door in (from_page, from_csv, from_xlsx):
        shown = door(as_marketer, "win-rate", **asked)
        assert rounded(shown) == rounded(api), door.__name__
    assert len(api) > 1


@pytest.mark.parametrize("asked", QUESTIONS)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_the_list_behind_a_number_holds_so_many(as_marketer, sales, settings, asked, zone):
    settings.TIME_ZONE = zone
    as_marketer.user.time_zone = "America/New_York"
    as_marketer.user.save()
    form = REPORTS["win-rate"].form(asked, user=as_marketer.user)
    assert form.problems() == {}
    table = REPORTS["win-rate"].build(form)

    wrong, checked = [], 0
    for row in (*table.rows, table.totals):
        for key in ("won", "lost", "open"):
            if not (link := row.links.get(key)):
                continue
            answer = as_marketer.get(f"/api/v1/opportunities/count/?{urlsplit(link).query}")
            checked += 1
            if (answer.status_code, answer.json().get("count")) != (200, row.values[key]):
                wrong.append((row.label, key, row.values[key], link, answer.json()))
    assert wrong == []
    assert checked >= 3


def test_the_columns_and_the_meaning_of_the_contract(as_marketer, sales):
    body = as_marketer.get("/api/v1/reports/win-rate/?by=product").json()

    assert [column["key"] for column in body["columns"]] == ["product", *COLUMNS]
    assert body["filters"]["by"] == "product"
    assert set(body["definitions"]["metrics"]) >= {"win_rate", "amount_won", "median_cycle"}
    for row in (*body["rows"], body["totals"]):
        ended = row["won"] + row["lost"]
        assert row["win_rate"] == (row["won"] / ended if ended else None)
    assert {row["is_small_sample"] for row in body["rows"]} == {True}
    assert "Small sample" in as_marketer.get("/reports/win-rate/?by=product").content.decode()


def test_it_counts_as_one_would_by_hand(as_marketer, sales):
    """The same, row by row in Python: the words of the sale first, else those of its lead."""
    expected = defaultdict(lambda: [0, 0, 0, 0.0, []])
    for sale in Opportunity.objects.select_related("lead"):
        group = expected[sale.source or (sale.lead.source if sale.lead else "")]
        group[["won", "lost", "open"].index(sale.status)] += 1
        if sale.status == "won":
            group[3] += float(sale.amount or 0)
            if sale.is_created_known:
                group[4].append((sale.closed_at.date() - sale.created_at.date()).days)
    body = as_marketer.get("/api/v1/reports/win-rate/?by=source").json()
    found = {
        row["source"]: (row["won"], row["lost"], row["open"], row["amount_won"], row["median_days"])
        for row in body["rows"]
    }

    assert found == {
        source: (won, lost, still, amount, median(days) if days else None)
        for source, (won, lost, still, amount, days) in expected.items()
    }


def test_one_function_a_figure_agrees_with_the_table(as_marketer, sales):
    totals = as_marketer.get("/api/v1/reports/win-rate/").json()["totals"]
    rows = Opportunity.objects.all()
    names = [
        "opportunities_won",
        "opportunities_lost",
        "opportunities_open",
        "win_rate",
        "amount_won",
        "median_cycle",
    ]

    assert [METRICS[name].function(rows) for name in names] == [totals[key] for key in COLUMNS]


# --- the edges --------------------------------------------------------------------------------
def test_nothing_is_said_where_nothing_is_closed(as_marketer):
    make_opportunity(source="Fair")
    row = as_marketer.get("/api/v1/reports/win-rate/").json()["rows"][0]

    assert [row[key] for key in COLUMNS] == [0, 0, 1, None, 0, None]
    assert Opportunity.objects.count() == 1


def test_without_any_the_page_says_what_to_do(as_marketer):
    page = as_marketer.get("/reports/win-rate/").content.decode()

    assert "No opportunities to report on" in page


def test_a_competitor_counts_where_it_took_part_and_no_decision_is_nobody(as_marketer):
    one, two = make_competitor("One"), make_competitor("Two")
    won = {"stage": "Won", "closed_at": START}
    lost = {"stage": "Lost", "closed_at": START}
    make_opportunity(**won, competitors=[one, two])
    make_opportunity(**lost, outcome_to="competitor", competitor=one, competitors=[two])
    make_opportunity(**lost, outcome_to="no_decision", competitors=[two])
    make_opportunity(**lost, outcome_to="in_house")
    body = as_marketer.get("/api/v1/reports/win-rate/?by=competitor").json()
    rows = {row["label"]: (row["won"], row["lost"]) for row in body["rows"]}

    assert rows == {"One": (1, 1), "Two": (1, 2), "No competitor recorded": (0, 1)}
    assert (body["totals"]["won"], body["totals"]["lost"]) == (1, 3)
    assert any("several competitors" in note for note in body["notes"])


def test_amounts_of_several_currencies_are_never_added(as_marketer):
    for amount, currency in ((100, "USD"), (50, "USD"), (7, "EUR"), (5, "")):
        made = make_opportunity(stage="Won", closed_at=START, amount=amount, currency=currency)
        assert made.status == "won"
    make_opportunity(stage="Won", closed_at=START, amount=1, currency="USD")
    usual = as_marketer.get("/api/v1/reports/win-rate/").json()

    assert (usual["filters"]["currency"], usual["totals"]["amount_won"]) == ("USD", 151)
    assert any(note.startswith("2 won in other currencies") for note in usual["notes"])
    euro = as_marketer.get("/api/v1/reports/win-rate/?currency=eur").json()
    assert (euro["filters"]["currency"], euro["totals"]["amount_won"]) == ("EUR", 12)
    assert "$151" in as_marketer.get("/reports/win-rate/").content.decode()


def test_the_period_is_that_of_the_close_in_the_deployments_zone(as_marketer, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    late = datetime(2026, 3, 31, 20, tzinfo=UTC)  # already April in Tokyo
    make_opportunity(stage="Won", closed_at=late, created_at=late - timedelta(days=10))
    make_opportunity(created_at=late)
    make_opportunity(stage="Lost", closed_at=None)

    def totals(**asked):
        return as_marketer.get("/api/v1/reports/win-rate/", asked).json()["totals"]

    march = totals(**{"from": "2026-03-01", "to": "2026-03-31"})
    april = totals(**{"from": "2026-04-01", "to": "2026-04-30"})
    assert (march["won"], march["lost"], march["open"]) == (0, 0, 0)
    assert (april["won"], april["lost"], april["open"]) == (1, 0, 1)
    assert april["median_days"] == 10
    quarters = as_marketer.get("/api/v1/reports/win-rate/?by=quarter").json()["rows"]
    assert [(row["quarter"], row["label"], row["won"]) for row in quarters] == [
        ("2026-Q2", "Q2 2026", 1),
        ("", "Not closed yet", 0),
    ]
    notes = as_marketer.get("/api/v1/reports/win-rate/?from=2026-01-01").json()["notes"]
    assert any("in no period" in note for note in notes)


def test_how_long_losses_took_and_what_the_middle_win_was_worth(as_marketer):
    for stage, days, amount in (
        ("Won", 10, "100.50"), ("Won", 20, "300.00"), ("Lost", 40, "9999"), ("Lost", 60, None), ("Lost", 90, None),
    ):  # fmt: skip
        make_opportunity(
            stage=stage, amount=amount, closed_at=START, created_at=START - timedelta(days=days)
        )
    body = as_marketer.get("/api/v1/reports/win-rate/?by=competitor").json()

    names = ("median_days", "median_days_lost", "median_days_closed", "median_amount")
    assert [body["totals"][name] for name in names] == [15, 60, 40, 200.25]
    assert body["notes"][0] == (
        "Half of the closed ones took up to 40 days (won 15, lost 60); half of the wins were worth up to €200.25."
    )
    page = as_marketer.get("/reports/win-rate/").content.decode()
    assert "took up to 40 days (won 15, lost 60)" in page
    # Where nothing was closed, nothing is said.
    empty = as_marketer.get("/api/v1/reports/win-rate/?from=2001-01-01&to=2001-12-31").json()
    assert [empty["totals"][name] for name in names] == [None] * 4
    assert not any("took up to" in note for note in empty["notes"])


def test_a_cycle_without_a_first_day_is_left_out_and_counted(as_marketer):
    for days in (10, 20, 90):
        make_opportunity(
            stage="Won", closed_at=START, created_at=START - timedelta(days=days), is_created_known=days < 50
        )  # fmt: skip
    body = as_marketer.get("/api/v1/reports/win-rate/").json()

    assert body["totals"]["median_days"] == 15
    assert any(note.startswith("1 won without a known first or last day") for note in body["notes"])


def test_the_period_before_stands_beside(as_marketer):
    make_opportunity(stage="Won", closed_at=datetime(2026, 3, 5, tzinfo=UTC), source="Fair")
    make_opportunity(stage="Lost", closed_at=datetime(2026, 2, 5, tzinfo=UTC), source="Web")
    body = as_marketer.get(
        "/api/v1/reports/win-rate/",
        {"from": "2026-03-01", "to": "2026-03-28", "compare": "previous"},
    ).json()
    rows = {row["source"]: row for row in body["rows"]}

    assert (
        rows["Fair"]["won"],
        rows["Fair"]["previous_won"],
        rows["Fair"]["previous_win_rate"],
    ) == (1, 0, None)
    assert (rows["Web"]["won"], rows["Web"]["previous_win_rate"]) == (0, 0.0)
    assert body["totals"]["previous_won"] == 0


def test_two_owners_of_one_name_and_a_text_stay_apart(as_marketer, rep, other_rep):
    other_rep.name = rep.name
    other_rep.save()
    for fields in ({"owner": rep}, {"owner": other_rep}, {"owner_name": rep.name}, {}):
        make_opportunity(stage="Won", closed_at=START, **fields)
    rows = as_marketer.get("/api/v1/reports/win-rate/?by=owner").json()["rows"]

    assert sorted((row["label"], row["key"]) for row in rows) == sorted(
        [
            ("Nobody", ""),
            (rep.name, rep.name),
            (rep.name, str(rep.pk)),
            (rep.name, str(other_rep.pk)),
        ]
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("by", "email"), ("colour", "red"), ("from", "31.01.2026"), ("owner", "0"), ("product", "x"),
     ("competitor", "999"), ("campaign", "no-such"), ("currency", "euros"), ("compare", "previous")],
)  # fmt: skip
def test_what_it_does_not_know_is_a_400_that_names_it(as_marketer, name, value):
    for door in ("/reports/win-rate/", "/api/v1/reports/win-rate/"):
        answer = as_marketer.get(door, {name: value})
        assert answer.status_code == 400
        assert name in answer.content.decode()


def test_every_role_sees_the_same_numbers_and_own_lists(
    sales, as_rep, as_executive, as_marketer, settings
):
    settings.LEAD_VISIBILITY = "own"
    for client in (as_rep, as_executive):
        assert from_api(client, "win-rate") == from_api(as_marketer, "win-rate")
    mine = as_rep.get("/api/v1/opportunities/count/").json()["count"]
    assert mine < as_executive.get("/api/v1/opportunities/count/").json()["count"] == 60


def test_more_groups_cost_no_more_queries(as_marketer, sales):
    def cost(by):
        with CaptureQueriesContext(connection) as asked:
            as_marketer.get("/api/v1/reports/win-rate/", {"by": by})
        return len(asked)

    first = cost("owner")
    for number in range(15):
        make_opportunity(stage="Won", closed_at=START, owner_name=f"Agent {number}")
    assert cost("owner") == first <= 20


def test_groups_beyond_the_largest_are_one(as_marketer, monkeypatch):
    monkeypatch.setattr(win_rate, "MOST_GROUPS", 3)
    for number in range(6):
        for _ in range(6 - number):
            make_opportunity(stage="Won", closed_at=START, source=f"S{number}", amount=1)
    body = as_marketer.get("/api/v1/reports/win-rate/").json()

    shown = {row["label"]: row["won"] for row in body["rows"]}
    assert shown == {"S0": 6, "S1": 5, "S2": 4, "3 other values": 6}
    assert sum(row["won"] for row in body["rows"]) == body["totals"]["won"] == 21


def test_the_chart_says_the_finding(as_marketer, rep, other_rep):
    for owner, wins in ((rep, 30), (other_rep, 10)):
        for number in range(40):
            stage = "Won" if number < wins else "Lost"
            make_opportunity(stage=stage, closed_at=START, owner=owner)
    page = as_marketer.get("/reports/win-rate/?by=owner").content.decode()

    assert f"of 80 closed opportunities were won; {rep.name} most often" in page
