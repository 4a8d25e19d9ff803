"""What cannot be read is refused with its place and what to do, whatever somebody sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.conditions import parsing
from leads.conditions.folding import fold
from leads.conditions.scene import Scene
from leads.conditions.tree import DEEPEST, MOST, Wrong
from leads.conditions.vocabulary import Attribute, Kind, Vocabulary
from leads.conditions.wording import sentence

WORDS = Vocabulary(
    attributes={"visits": Attribute("Visits", Kind.NUMBER)},
    kinds={"download": "Download", "call": "Call"},
)
GERMAN = {"field": "country", "is": "Germany"}


def nested(levels):
    value = GERMAN
    for _ in range(levels):
        value = {"not": value}
    return value


@pytest.mark.parametrize(
    ("value", "place", "text"),
    [
        ([], "filter", "object"),
        ({}, "filter", "object"),
        ({"all": []}, "filter.all", "at least one"),
        ({"all": [GERMAN, {"field": "colour", "is": "x"}]}, "filter.all[1].field", "no field"),
        ({"any": [{"not": {"field": "country"}}]}, "filter.any[0].not", "Say how"),
        ({"field": "country", "gt": "x"}, "filter.gt", "cannot be compared"),
        ({"field": "country", "regex": "(a+)+$"}, "filter", "no meaning"),
        ({"field": "country", "is": ""}, "filter.is", "blank"),
        ({"field": "country", "is": ["x"] * 101}, "filter.is", "between 1 and 100"),
        ({"field": "country", "is": "x" * 301}, "filter.is", "at most 300"),
        ({"field": "country", "is": "a\x00b"}, "filter.is", "text"),
        ({"field": "country", "is": {"a": 1}}, "filter.is", "text"),
        ({"field": "owner", "is": "none"}, "filter.is", "blank"),
        ({"field": "company.employees", "gt": "many"}, "filter.gt", "number"),
        ({"field": "company.employees", "gt": 1e400}, "filter.gt", "number"),
        ({"field": "company.employees", "gt": True}, "filter.gt", "number"),
        ({"field": "company.employees", "between": [5, 1]}, "filter.between", "before the first"),
        ({"field": "created_at", "in_last": 0}, "filter.in_last", "whole number"),
        ({"field": "created_at", "in_last": 99999}, "filter.in_last", "whole number"),
        ({"field": "created_at", "on": "31.3.2026"}, "filter.on", "2026-03-31"),
        ({"field": "created_at", "on": "0001-01-01"}, "filter.on", "2026-03-31"),
        ({"field": "status", "is": "sleeping"}, "filter.is", "one of"),
        ({"field": "attributes.a__b", "is": 1}, "filter.field", "no field"),
        ({"field": "email_key", "is": "x"}, "filter.field", "no field"),
        ({"field": "owner__password", "is": "x"}, "filter.field", "no field"),
        ({"field": ["country"], "is": "x"}, "filter.field", "no field"),
        ({"did": []}, "filter.did", "list of kinds"),
        ({"did": ["flight"]}, "filter.did", "Kinds are"),
        ({"did": ["call"], "at_least": 0}, "filter.at_least", "whole number"),
        ({"did": ["call"], "in_last": 3, "since": "2026-01-01"}, "filter.in_last", "not both"),
        ({"did": ["call"], "since": "2026-02-01", "until": "2026-01-01"}, "filter.until", "before"),
        ({"did": ["call"], "where": "x"}, "filter", "no meaning"),
        (nested(DEEPEST), "filter" + ".not" * DEEPEST, "levels deep"),
        ({"all": [GERMAN] * (MOST + 1)}, "filter.all", "At most 50"),
        ({"all": [{"any": [GERMAN] * 26}, {"any": [GERMAN] * 26}]}, "filter.all[1].any[24]", "50"),
    ],
)
def test_a_refusal_names_the_place_and_says_what_to_do(value, place, text):
    with pytest.raises(Wrong) as refused:
        parsing.parse(value, WORDS)

    assert refused.value.place == place
    assert text in refused.value.text


@pytest.mark.parametrize(
    "text",
    [
        "{" * 7000,
        "[" * 7990,
        '{"all":' * 1000,
        "not json",
        '{"field": "country", "is": NaN}',
        '{"field": "country", "field": "city", "is": "x"}',
        '{"field": "country", "is": "\\ud800"}',
        "x" * 8001,
        "ä",
        "",
    ],
)
def test_text_that_is_no_condition_is_refused(text):
    with pytest.raises(Wrong):
        parsing.from_text(text, WORDS)


def test_a_thousand_conditions_are_refused():
    with pytest.raises(Wrong, match="characters|At most"):
        parsing.from_text(json.dumps({"any": [GERMAN] * 1000}), WORDS)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["all", "any", "not", "field", "is", "op", "value", "did", "gt", "in_last"]
                )
                | st.text(),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_sent_is_read_or_refused(value):
    try:
        node = parsing.parse(value, WORDS)
    except Wrong:
        return
    assert parsing.parse(parsing.to_json(node), WORDS)


def test_what_a_role_does_not_see_does_not_exist_for_it():
    closed = Vocabulary(
        kinds=WORDS.kinds, hidden=frozenset({"email", "attributes"}), sees_touchpoints=False
    )

    for value, said in (
        ({"field": "email", "contains": "x"}, "no field"),
        ({"not": {"field": "attributes.visits", "gt": 1}}, "no field"),
        ({"did": ["call"]}, "Your role"),
    ):
        with pytest.raises(Wrong, match=said):
            parsing.parse(value, closed)
    assert not {"email", "attributes.visits"} & {spec.name for spec in closed.fields()}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (GERMAN, "Country is Germany"),
        ({"field": "country", "op": "is_not", "value": ["DE", "AT"]}, "Country is not DE or AT"),
        (
            {
                "all": [
                    {"did": ["download"], "title_contains": "case study", "in_last": 14},
                    {"field": "owner", "blank": True},
                ]
            },
            "Has downloaded something with “case study” in its title in the last 14 days "
            "and owner is blank",
        ),
        (
            {"all": [GERMAN, {"any": [{"field": "attributes.visits", "gt": 1000.5}, nested(1)]}]},
            "Country is Germany and (visits is more than 1,000.5 or not (country is Germany))",
        ),
        (
            {"did_not": "anything", "since": "2026-01-01"},
            "Has not had any contact since 2026-01-01",
        ),
        (
            {"did": ["call"], "at_least": 3, "url_contains": "/a"},
            "Has spoken on a call with “/a” in its address at least 3 times",
        ),
        ({"field": "created_at", "older_than": 1}, "Created is more than 1 day ago"),
    ],
)
def test_a_condition_is_said_in_plain_english(value, said):
    scene = Scene(datetime(2026, 1, 1, tzinfo=UTC), UTC)
    assert sentence(parsing.parse(value, WORDS), scene, WORDS) == said


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("KÖLN", "koln"),
        ("Straße", "strasse"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("МОСКВА", "москва"),
        ("a%_", "a%_"),
    ],
)
def test_case_and_accents_do_not_matter(text, folded):
    assert fold(text) == folded
    assert fold(folded) == folded
