"""What the words of a search mean: no database."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leads.search.words import contains, is_close, pieces, question, slips, splits

LETTERS = "abcdefghijklmnopqrstuvwxyz"
names = st.text(LETTERS, min_size=5, max_size=14)


def terms(text):
    return [term.text for term in question(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Anna  Schmidt", ["anna", "schmidt"]),
        ("Müller", ["muller"]),
        ("Acme GmbH", ["acme"]),
        ("GmbH", ["gmbh"]),
        ("a schmidt", ["schmidt"]),
        ("+49 (030) 12-34 567", ["49030" + "1234567"]),
        ("030 1234", ["301234"]),
        ("anna@acme.example", ["anna@acme.example"]),
        ("%% --", []),
        ("one two three four five six seven", ["one", "two", "three", "four", "five", "six"]),
    ],
)
def test_words_become_terms(text, found):
    assert terms(text) == found


def test_marks_are_looked_for_as_written_and_as_words():
    (term,) = question("O'Brien-Smith")
    assert contains(term, "obrien smith")
    assert contains(term, "o'brien-smith")
    assert not contains(term, "obrien")


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("schmitd", "schmidt"), ("schmit", "schmidt"), ("jonson", "johnson"), ("jhon", "john")]
    + [("okxfor", "okafor"), ("zimermmann", "zimmermann")],
)
def test_a_slip_is_forgiven(asked, stored):
    assert is_close(question(asked)[0], f"anna {stored} anna@x.example")


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("jon", "jan"), ("4712", "4711"), ("schmidt", "schulze"), ("ana@x", "ane@x")],
)
def test_other_words_are_not(asked, stored):
    assert not is_close(question(asked)[0], stored)


@given(word=names, at=st.integers(0, 12), letter=st.sampled_from(LETTERS), how=st.integers(0, 3))
def test_the_index_is_asked_for_something_that_every_slip_leaves(word, at, letter, how):
    """Whatever one slip makes of a word, one of its pieces stands in the word, and it is close."""
    at %= len(word) - 1
    slipped = [
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ][how]
    asked = question(slipped)
    assume(asked and asked[0].text == slipped and slips(asked[0]))
    stored = f" {word} "
    ways = [*asked[0].ways, *pieces(asked[0])]
    assert any(all(part in stored for part in way) for way in ways)
    assert is_close(asked[0], stored)


def test_a_question_may_name_the_person_and_the_company():
    said = [
        ([t.text for t in a], [t.text for t in b]) for a, b in splits(question("anna schmidt acme"))
    ]
    assert (["anna", "schmidt"], ["acme"]) in said
    assert (["schmidt", "acme"], ["anna"]) in said
    assert len(said) == 6
