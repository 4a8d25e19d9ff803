"""What comes first, and how steady a feed is. No database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from leads.queue.rules import PRIOR_CASES, Experience, Rate, place, steadiness

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KNOWN = Experience(
    currency="EUR",
    sale=10_000.0,
    sales=Rate(40, 100),
    by_stage={1: Rate(90, 100), 2: Rate(1, 1)},
    leads=Rate(10, 198),
    by_grade={"A1": Rate(30, 100), "D4": Rate(0, 100)},
)


def test_clocks_come_first_and_worth_orders_the_rest():
    late, soon = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    small, large = KNOWN.of_sale(1, 100, "EUR"), KNOWN.of_sale(1, 90_000, "EUR")
    given = [place(None, large), place(None, None), place(soon, None), place(None, small)]
    assert sorted([*given, place(late, small)]) == [
        place(late, None), place(soon, None), place(None, None), place(None, large), place(None, small)
    ]  # fmt: skip


def test_a_chance_is_drawn_towards_that_of_all_where_little_is_known():
    assert Rate().expected == 0.5
    assert Rate(0, 10_000).expected < 0.001
    well_known, hardly_known = KNOWN.of_sale(1, 1, "EUR"), KNOWN.of_sale(2, 1, "EUR")
    whole = KNOWN.sales.expected
    assert well_known.chance == pytest.approx((90 + PRIOR_CASES * whole) / (100 + PRIOR_CASES))
    assert whole < hardly_known.chance < well_known.chance
    assert KNOWN.of_sale(99, 1, "EUR").chance == pytest.approx(whole)


def test_a_grade_lifts_or_lowers_the_chance_of_a_lead():
    best, worst, unknown = (KNOWN.of_lead(grade) for grade in ("A1", "D4", None))
    assert best.chance > unknown.chance > worst.chance > 0
    assert unknown.chance == pytest.approx(11 / 200)
    assert best.expected == pytest.approx(best.chance * 10_000)


@pytest.mark.parametrize(("amount", "currency"), [(500.0, "USD"), (None, "EUR"), (None, "")])
def test_what_cannot_be_compared_counts_as_the_usual_sale(amount, currency):
    assert KNOWN.of_sale(1, amount, currency).value == 10_000.0


def test_without_any_sale_the_chance_alone_decides():
    fresh = Experience(currency="EUR")
    assert fresh.of_sale(1, None, "").expected == 0.5
    assert fresh.of_sale(1, 800, "EUR").expected == 400


@pytest.mark.parametrize(
    ("weeks", "is_steady"),
    [
        ([], None),
        ([4, 5, 3], None),
        ([0] * 13, None),
        ([20] * 13, True),
        ([18, 22, 25, 16, 20, 19, 24, 21, 17, 20, 23, 15, 20], True),
        ([2, 60, 1, 3, 55, 0, 4, 70, 2, 1, 48, 3, 2], False),
    ],
)
def test_a_feed_is_steady_when_it_varies_no_more_than_by_chance(weeks, is_steady):
    assert steadiness(weeks).is_steady is is_steady


def test_eight_of_ten_weeks_lie_within_what_is_told():
    found = steadiness(list(range(20)))
    assert (found.mean, found.low, found.high) == (9.5, 2, 17)


def test_arrivals_by_chance_are_called_unsteady_in_about_one_of_twenty():
    """The test keeps its level: Poisson weeks are doubted as often as it says."""
    dice, doubted = Random(7), 0
    for _ in range(2_000):
        weeks = [sum(dice.random() < 0.02 for _ in range(600)) for _ in range(13)]
        doubted += steadiness(weeks).is_steady is False
    assert 0.03 < doubted / 2_000 < 0.07
