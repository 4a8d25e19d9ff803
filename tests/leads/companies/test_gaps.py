"""What a buying centre lacks: arithmetic over plain facts, no database [R23]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.companies.gaps import Person, Tie, gaps_of
from leads.companies.layout import (
    CARD_HEIGHT,
    CARD_WIDTH,
    MOST,
    ROWS,
    WIDTH,
    Place,
    arranged,
    row_of,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def person(key=1, roles=("decider",), **facts):
    facts.setdefault("last_contact", NOW - timedelta(days=1))
    facts.setdefault("verified_at", NOW)
    facts.setdefault("stance", "supporter")
    return Person(key=key, label=f"P{key}", roles=frozenset(roles), **facts)


def keys(*people, ties=(), unplaced=0):
    return [gap.key for gap in gaps_of(people, ties, now=NOW, unplaced=unplaced)]


FULL = (
    person(1, ("decider", "buyer")),
    person(2, ("champion",), stance="champion"),
    person(3, ("user",), stance="neutral"),
)


def test_a_complete_centre_has_no_gap():
    assert keys(*FULL) == []


def test_nobody_is_a_gap_of_its_own():
    assert keys() == ["nobody"]
    (gap,) = gaps_of([], [], now=NOW, unplaced=2)
    assert "2 of its people are known" in gap.what


@pytest.mark.parametrize(
    ("gone", "gap"), [("decider", "no_decider"), ("champion", "no_champion"), ("buyer", "no_buyer")]
)
def test_a_part_that_nobody_plays_is_missing(gone, gap):
    people = [
        Person(
            p.key,
            p.label,
            p.roles - {gone},
            "supporter" if gone == "champion" else p.stance,
            p.last_contact,
            p.verified_at,
        )
        for p in FULL
    ]
    assert keys(*people) == [gap]


@pytest.mark.parametrize(("days", "silent"), [(29, False), (30, False), (31, True)])
def test_thirty_days_without_contact_are_silence(days, silent):
    last = NOW - timedelta(days=days)
    people = [Person(p.key, p.label, p.roles, p.stance, last, p.verified_at) for p in FULL]
    assert ("silent" in keys(*people)) is silent


def test_one_contact_is_a_single_thread_even_when_it_is_fresh():
    old = NOW - timedelta(days=120)
    people = [
        FULL[0],
        person(2, ("champion",), stance="champion", last_contact=old),
        person(3, last_contact=None),
    ]
    assert "single_thread" in keys(*people)
    assert "single_thread" not in keys(*FULL)


def test_a_decider_known_by_hearsay_only():
    people = [person(1, ("decider", "buyer"), last_contact=None), *FULL[1:]]
    assert keys(*people) == ["decider_unmet"]


def test_a_blocker_needs_an_answer_and_the_gap_names_who_can_reach_them():
    blocker = person(4, ("gatekeeper",), stance="blocker")
    (gap,) = gaps_of([*FULL, blocker], [Tie(2, 4, "close_to"), Tie(1, 4, "conflicts")], now=NOW)
    assert (gap.key, gap.level) == ("blocker:4", "bad")
    assert "P2 can reach them" in gap.what
    assert "P1" not in gap.what
    assert keys(*FULL, person(4, ("gatekeeper",), stance="blocker", has_answer=True)) == []


def test_who_has_left_plays_no_part_any_longer():
    people = [person(1, ("decider", "buyer"), has_left=True), *FULL[1:]]
    assert set(keys(*people)) == {"no_decider", "no_buyer", "has_left"}


def test_what_is_uncertain_is_looked_at():
    stale = person(1, ("decider", "buyer"), verified_at=NOW - timedelta(days=181))
    assert keys(stale, *FULL[1:]) == ["stale"]
    unknown = [person(n, p.roles, stance="unknown") for n, p in enumerate(FULL[:2], start=1)]
    assert "stances_unknown" in keys(*unknown, FULL[2])
    assert keys(*FULL, unplaced=3) == ["unplaced"]


def test_the_worst_comes_first():
    levels = [
        gap.level
        for gap in gaps_of([person(1, ("user",), stance="unknown")], [], now=NOW, unplaced=1)
    ]
    assert levels == sorted(levels)
    assert {"bad", "warn"} == set(levels)


# --- the picture ------------------------------------------------------------------------------
ROLE = st.sampled_from(
    ["initiator", "user", "influencer", "champion", "decider", "buyer", "gatekeeper"]
)
PLACES = st.lists(
    st.builds(
        Place,
        key=st.integers(1, 10**6),
        roles=st.frozensets(ROLE, max_size=7),
        influence=st.sampled_from(["high", "medium", "low", "unknown"]),
    ),
    unique_by=lambda place: place.key,
    max_size=40,
)


@settings(deadline=None)
@given(PLACES)
def test_no_two_cards_touch_and_none_leaves_the_picture(places):
    layout = arranged(places)
    spots = list(layout.spots.values())

    assert len(spots) == min(len(places), MOST)
    assert layout.left_out == max(0, len(places) - MOST)
    for x, y in spots:
        assert 0 <= x <= WIDTH - CARD_WIDTH
        assert 0 <= y <= layout.height - CARD_HEIGHT
    for number, (x, y) in enumerate(spots):
        for other_x, other_y in spots[number + 1 :]:
            assert abs(x - other_x) >= CARD_WIDTH or abs(y - other_y) >= CARD_HEIGHT


@settings(deadline=None)
@given(PLACES)
def test_who_decides_stands_above_who_uses(places):
    layout = arranged(places)
    rows = {place.key: row_of(place.roles) for place in places}
    for key, (_, y) in layout.spots.items():
        for other, (_, other_y) in layout.spots.items():
            if rows[key] < rows[other]:
                assert y < other_y


def test_somebody_without_a_part_stands_in_the_last_row():
    assert row_of([]) == len(ROWS) - 1
    assert row_of(["user", "decider"]) == 0
