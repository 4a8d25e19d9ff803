"""Names, ages and sums: plain rules, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from leads.opportunities.ageing import age_in_stage
from leads.opportunities.naming import MEANS, outcome_named
from leads.opportunities.presenting import sums_text
from portal.core.naming import name_key

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@given(st.text())
def test_a_key_is_its_own_key_and_has_no_gaps(text):
    key = name_key(text)

    assert name_key(key) == key
    assert len(key) <= 200
    assert not any(char.isspace() or char in "-_" for char in key)


@given(
    st.lists(st.sampled_from(["GTX", "pro", "Ünit", "C++", "5"]), min_size=1),
    st.sampled_from(" -_"),
)
def test_spaces_hyphens_and_case_make_no_other_name(words, gap):
    assert (
        name_key(gap.join(words))
        == name_key("".join(words).upper())
        == name_key(f" {gap.join(words)} ")
    )


def test_names_that_differ_stay_apart():
    assert (
        len({name_key(name) for name in ("C", "C++", "GTX Plus Pro", "GTX Pro", "GTX Plus Basic")})
        == 5
    )


@given(st.integers(0, 1000), st.one_of(st.none(), st.integers(1, 200)))
def test_amber_above_what_is_expected_and_red_above_one_and_a_half_times(days, expected):
    age = age_in_stage(entered_at=NOW - timedelta(days=days, hours=3), expected=expected, now=NOW)

    assert age.days == days
    if expected is None or days <= expected:
        assert age.kind == "neutral"
    elif 2 * days <= 3 * expected:
        assert (age.kind, age.words.startswith("Longer than usual")) == ("warn", True)
    else:
        assert (age.kind, age.words.startswith("Far too long")) == ("bad", True)
    assert str(days) in age.words or days == 0


def test_a_clock_that_runs_ahead_makes_no_negative_age():
    age = age_in_stage(entered_at=NOW + timedelta(days=3), expected=5, now=NOW)

    assert (age.days, age.words) == (0, "New here today")


def test_sums_of_currencies_stand_side_by_side():
    assert sums_text({}) == ""
    assert sums_text({"USD": Decimal(1200), "EUR": Decimal(30_000)}) == "€30k + $1.2k"


def test_what_stands_in_a_competitors_place_and_is_none():
    for text, outcome in (
        ("No decision", "no_decision"),
        ("IN HOUSE", "in_house"),
        ("-", "unknown"),
        ("n/a", "unknown"),
    ):
        assert outcome_named(text) == outcome
    for name in ("", " ", "Decision Tree Ltd", "Noneware"):
        assert outcome_named(name) == ""


def test_no_text_means_two_stages():
    assert set(MEANS.values()) <= {
        "prospecting", "qualification", "demonstration", "proposal", "negotiation", "won", "lost",
    }  # fmt: skip
    assert MEANS["closedwon"] == "won"
