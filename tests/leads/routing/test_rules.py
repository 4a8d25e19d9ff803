"""Who gets a lead, and why: weights, turns, capacity, absence, company owner. No database [R52]."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from leads.routing.rules import LEAST_OPEN, Asked, Rule, Seat, choose

ANYBODY = Asked()


def people(*weights, **options):
    return [Seat(pk, f"P{pk}", weight, **options) for pk, weight in enumerate(weights, start=1)]


def deal(rule, times):
    return [choose([rule], ANYBODY).person for _ in range(times)]


def test_in_turn():
    rule = Rule(1, "All", people(1, 1, 1))

    assert deal(rule, 6) == [1, 2, 3, 1, 2, 3]


def test_by_weight():
    assert sorted(deal(Rule(1, "All", people(3, 1)), 8)).count(1) == 6


@settings(max_examples=200, deadline=None)
@given(weights=st.lists(st.integers(1, 100), min_size=1, max_size=12), times=st.integers(1, 300))
def test_at_every_moment_everybody_is_within_one_lead_of_their_weight(weights, times):
    rule = Rule(1, "All", people(*weights))
    for number in range(1, times + 1):
        choose([rule], ANYBODY)
        for seat in rule.seats:
            assert abs(seat.dealt - number * seat.weight / sum(weights)) < 1


@settings(max_examples=100, deadline=None)
@given(
    weights=st.lists(st.integers(1, 10), min_size=2, max_size=6),
    steps=st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), max_size=80),
    capacity=st.one_of(st.none(), st.integers(0, 6)),
    catches_up=st.booleans(),
)
def test_whoever_is_away_or_full_gets_nothing_and_no_lead_is_lost(
    weights, steps, capacity, catches_up
):
    rule = Rule(1, "All", people(*weights, capacity=capacity), catches_up=catches_up)
    for index, is_away, is_at_work in steps:
        seat = rule.seats[index % len(rule.seats)]
        seat.is_away, seat.is_at_work = is_away, is_at_work
        free = {s.person for s in rule.seats if s.is_free}

        choice = choose([rule], ANYBODY)

        assert (choice.person in free) if free else choice.person is None
        assert all(s.capacity is None or s.open <= s.capacity for s in rule.seats)


def test_least_open_work():
    rule = Rule(1, "All", people(1, 1), strategy=LEAST_OPEN)
    rule.seats[0].open = 3

    assert deal(rule, 4) == [2, 2, 2, 1]


def test_least_open_counts_by_weight():
    rule = Rule(1, "All", people(2, 1), strategy=LEAST_OPEN)
    for seat in rule.seats:
        seat.open = 2

    assert deal(rule, 1) == [1]


def test_who_was_away_goes_on_where_the_others_are():
    rule = Rule(1, "All", people(1, 1))
    rule.seats[1].is_away = True
    deal(rule, 10)
    rule.seats[1].is_away = False

    after = deal(rule, 4)

    assert sorted(after) == [1, 1, 2, 2]


def test_or_catches_up_where_the_rule_says_so():
    rule = Rule(1, "All", people(1, 1), catches_up=True)
    rule.seats[1].is_away = True
    deal(rule, 3)
    rule.seats[1].is_away = False

    assert deal(rule, 4) == [2, 2, 2, 1]


def test_people_at_work_before_the_others():
    rule = Rule(1, "All", people(1, 1))
    rule.seats[0].is_at_work = False

    assert deal(rule, 3) == [2, 2, 2]
    rule.seats[1].is_at_work = False
    choice = choose([rule], ANYBODY)
    assert choice.person == 1
    assert "outside everybody's working hours" in choice.reason


def test_the_owner_of_the_company_first_and_besides_the_turn():
    rule = Rule(1, "All", people(1, 1))
    owner = Asked("Acme", Seat(2, "P2"))

    choice = choose([rule], owner)

    assert (choice.person, choice.reason) == (2, "P2 has the company Acme.")
    assert [seat.dealt for seat in rule.seats] == [0, 0]


def test_an_owner_who_is_away_or_full_is_passed_over():
    rule = Rule(1, "All", people(1, 1))
    assert choose([rule], Asked("Acme", Seat(9, "P9", is_away=True))).person == 1
    rule.seats[1].capacity = 0
    assert choose([rule], Asked("Acme", Seat(2, "P2"))).person == 1


def test_a_rule_may_leave_owners_aside():
    rule = Rule(1, "All", people(1), owner_first=False)

    assert choose([rule], Asked("Acme", Seat(9, "P9"))).person == 1


def test_the_next_rule_takes_what_the_first_cannot():
    first, second = Rule(1, "North", people(1)), Rule(2, "Rest", [Seat(7, "P7")])
    first.seats[0].is_away = True

    choice = choose([first, second], ANYBODY)

    assert (choice.person, choice.rule) == (7, 2)


def test_nobody_says_why():
    first, second = Rule(1, "North", people(1, 1, 1)), Rule(2, "Rest")
    first.seats[0].is_away = True
    first.seats[1].capacity = 0

    choice = choose([first, second], Asked(without=frozenset({3})))

    assert choice.person is None
    assert choice.reason == (
        "Rule “North” had nobody free (1 away, 1 full, 1 asked before). "
        "Nobody takes part in rule “Rest”."
    )
    assert choose([], ANYBODY).reason == "No rule takes this lead."
