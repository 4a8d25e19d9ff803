"""What outlines tell apart is not alike: the quick way keeps every pair that the full comparison keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.merging.features import person_of
from leads.merging.likeness import BANDS, likely
from leads.merging.nicknames import Nicknames
from leads.merging.outlines import outline_of, person_in, text_of
from leads.merging.sifting import Sieve

NAMES = Nicknames()
LEAST = [strength for _, strength in BANDS]
words = st.text("abcdeéñß -'", max_size=10)
firsts = (
    st.sampled_from(
        ["Ana", "Anna Maria", "A", "Bob", "Robert", "Rob", "Katharina", "Kathi", "José"]
    )
    | words
)
lasts = (
    st.sampled_from(["Cruz", "Kruz", "García López", "Ana", "Schmidt", "Schmitt", "O'Hara"]) | words
)
locals_ = st.sampled_from(["ana.cruz", "anacruz", "a.cruz", "info", "robert.schmidt", "x"])
domains = st.sampled_from(["acme.example", "acne.example", "gmail.com", "other-works.example"])
addresses = st.builds(lambda local, domain: f"{local}@{domain}", locals_, domains)
FIELDS = {
    "first_name": firsts,
    "last_name": lasts,
    "full_name": st.just("") | st.builds(lambda first, last: f"{first} {last}", firsts, lasts),
    "email": st.just("") | addresses | words,
    "phone": st.sampled_from(["", "+49 40 1234567", "040 1234567", "1234567", "+1 555 010 0199", "12"]),
    "company": st.sampled_from(["", "Acme", "Acne", "Other Works GmbH"]) | words,
    "domain": st.sampled_from(["", "acme.example", "other.example"]),
    "title": st.sampled_from(["", "Buyer"]),
    "city": st.sampled_from(["", "Hamburg", "Hambourg", "Bremen", "Köln"]) | words,
    "country": st.sampled_from(["", "DE", "FR"]),
    "external_id": st.sampled_from(["", "1", "2"]),
    "attributes": st.fixed_dictionaries(
        {},
        optional={
            "street": st.sampled_from(["Long Road 1", "Long Rd 1", "12 Long Road", "Elsewhere 7"]),
            "address2": st.sampled_from(["Flat 2", "Flat 3"]),
            "zip": st.sampled_from(["20095", "20096", "99"]),
            "state": st.sampled_from(["HH", "HB"]),
            "dob": st.sampled_from(["1980-01-02", "1980-02-01", "1999-12-31"]),
        },
    ),
}  # fmt: skip
anybody = st.fixed_dictionaries(FIELDS)


@st.composite
def twice(draw):
    """Somebody, and a second record of them: fields told otherwise, left out, or with a slip."""
    one = draw(anybody)
    told = {name: draw(FIELDS[name]) for name in draw(st.sets(st.sampled_from(sorted(FIELDS))))}
    other = one | told
    for name in draw(st.sets(st.sampled_from(["first_name", "last_name", "email", "city"]))):
        at = draw(st.integers(0, max(0, len(other[name]) - 1)))
        letter = draw(st.sampled_from(["", "a", "h"]))
        other[name] = other[name][:at] + letter + other[name][at + 1 :]
    return one, other


def passed(people, least, names=NAMES):
    sieve = Sieve([outline_of(person) for person in people], names)
    return bool(sieve.passed(np.array([0]), np.array([1]), least=least)[0])


@pytest.mark.parametrize("least", LEAST)
@given(pair=twice() | st.tuples(anybody, anybody))
def test_no_pair_that_is_alike_is_lost(least, pair):
    people = [person_of(number, facts) for number, facts in enumerate(pair)]
    if likely(*people, NAMES, least=least) is not None:
        assert passed(people, least)
        assert passed(people[::-1], least)


def test_people_who_share_a_common_name_only_are_told_apart():
    people = [
        person_of(1, {"full_name": "Ana Cruz", "email": "ana@acme.example", "city": "Bremen"}),
        person_of(2, {"full_name": "Ana Cruz", "email": "cruz@quay.example", "city": "Hamburg"}),
    ]
    assert not passed(people, 0.5)


def test_nicknames_are_those_of_today():
    facts = {"last_name": "Zimmermann", "email": "", "company": "Acme"}
    people = [person_of(1, facts | {"first_name": "Quirin"}), person_of(2, facts | {"first_name": "Moth"})]  # fmt: skip
    assert not passed(people, 0.5)
    assert passed(people, 0.5, Nicknames({"quirin": ("moth",)}))


def test_who_has_no_outline_yet_is_compared_in_full():
    sieve = Sieve([b"", outline_of(person_of(1, {"full_name": "Ana Cruz"}))], NAMES)
    assert sieve.passed(np.array([0]), np.array([1]), least=0.5)[0]


@given(facts=anybody)
def test_an_outline_holds_the_person(facts):
    person = person_of(1, facts)
    assert person_in(1, text_of(outline_of(person))) == person
