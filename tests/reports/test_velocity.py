"""The report on velocity: its numbers, its doors, and that it agrees with the win rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leads.opportunities.models import Opportunity
from portal.metrics import velocity
from tests.factories import make_opportunity
from tests.reports.reading import from_api, from_csv, from_page, from_xlsx

pytestmark = pytest.mark.django_db
START = datetime(2026, 2, 3, 9, tzinfo=UTC)
NUMBERS = ["open", "win_rate", "mean_amount_won", "median_days", "velocity"]


def sold(status, *, days=10, amount=1_000, source="Fair", **fields):
    stage = "Prospecting" if status == "open" else status
    closed = None if status == "open" else START + timedelta(days=days)
    return make_opportunity(
        status=status, stage=stage, source=source, amount=amount, created_at=START,
        closed_at=closed, **fields,
    )  # fmt: skip


@pytest.fixture
def sales(db):
    """Fair: 2 open, half of the closed ones won, 2,000 on average, in 10 days."""
    sold("won", amount=1_500, days=8), sold("won", amount=2_500, days=12)
    sold("lost"), sold("lost"), sold("open"), sold("open")
    sold("won", source="Web", amount=300, days=3), sold("open", source="Web")
    sold("open", source="Mail")


def asked(client, **query):
    answer = client.get("/api/v1/reports/velocity/", query).json()
    return {row["label"]: [row[name] for name in NUMBERS] for row in answer["rows"]}, answer


def test_each_of_the_four_moves_it(as_marketer, sales):
    rows, answer = asked(as_marketer)
    assert rows == {
        "Fair": [2, 0.5, 2_000, 10, 200.0],
        "Web": [1, 1.0, 300, 3, 100.0],
        "Mail": [1, None, None, None, None],
    }
    assert list(rows) == ["Fair", "Web", "Mail"]
    assert answer["totals"]["velocity"] == round(4 * 4_300 / 5 / 8, 2)
    assert set(answer["definitions"]["metrics"]) >= {"sales_velocity", "mean_amount_won"}


def test_the_figures_of_the_registry_are_the_same(as_marketer, sales):
    fair = Opportunity.objects.filter(source="Fair")
    assert velocity.mean_amount_won(fair) == 2_000
    assert velocity.velocity(fair) == 200
    assert velocity.velocity(Opportunity.objects.filter(source="Mail")) is None


def test_it_stands_on_the_figures_of_the_win_rate(as_marketer, sales):
    rows, _ = asked(as_marketer)
    rates = as_marketer.get("/api/v1/reports/win-rate/").json()["rows"]
    for row in rates:
        number, rate, _, days, _ = rows[row["label"]]
        assert (number, rate) == (row["open"], row["win_rate"])
        assert days == row["median_days"]


def test_what_is_sold_on_its_first_day_is_not_infinitely_fast(as_marketer):
    sold("won", days=0, amount=700), sold("open")
    assert asked(as_marketer)[0]["Fair"] == [1, 1.0, 700, 0, 700.0]


def test_other_currencies_add_nothing(as_marketer, sales):
    sold("won", amount=9_999, currency="USD", days=10)
    rows, answer = asked(as_marketer)
    assert rows["Fair"][2] == round(4_000 / 3, 2)
    assert any("other currencies" in note for note in answer["notes"])


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"by": "quarter"},
        {"by": "owner"},
        {"from": "2026-02-01", "to": "2026-03-01", "compare": "previous"},
    ],
)
def test_four_doors_one_table(as_marketer, sales, query):
    api = [row[1:] for row in from_api(as_marketer, "velocity", **query)]
    for door in (from_page, from_csv, from_xlsx):
        assert [row[1:] for row in door(as_marketer, "velocity", **query)] == api, door.__name__


def test_numbers_lead_to_the_opportunities_behind_them(as_marketer, sales):
    page = as_marketer.get("/reports/velocity/").content.decode()
    assert "/opportunities/?status=won" in page
