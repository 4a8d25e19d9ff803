"""The arithmetic of likeness, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads import mailboxes
from leads.merging.blocking import keys_of
from leads.merging.choosing import strictest
from leads.merging.features import person_of, sound
from leads.merging.likeness import BANDS, Band, likely, likeness
from leads.merging.nicknames import Nicknames
from leads.merging.pairing import blocked

NAMES = Nicknames()
ANA = {
    "first_name": "Ana",
    "last_name": "Cruz",
    "email": "ana.cruz@acme.example",
    "phone": "+49 40 123456",
    "company": "Acme",
}


def told(one, other):
    return likeness(person_of(1, one), person_of(2, other), NAMES)


def texts(found):
    return [reason.text for reason in found.reasons]


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("a.b+x@gmail.com", "ab@gmail.com"),
        ("a.b@googlemail.com", "ab@gmail.com"),
        ("a.b+x@acme.example", "a.b@acme.example"),
        ("ana-shop@yahoo.com", "ana@yahoo.com"),
        ("ana-maria@acme.example", "ana-maria@acme.example"),
        ("a_n-a@pm.me", "ana@proton.me"),
        ("ana@me.com", "ana@icloud.com"),
        ("+@acme.example", "+@acme.example"),
    ],
)
def test_the_mailbox_behind_an_address(written, mailbox):
    assert mailboxes.canonical(written) == mailbox
    assert mailboxes.canonical(mailbox) == mailbox


def test_what_a_domain_says():
    assert mailboxes.is_free("gmail.com")
    assert mailboxes.is_free("gmx.de")
    assert mailboxes.is_disposable("mailinator.com")
    assert not mailboxes.is_disposable("acme.example")
    assert mailboxes.company_domain("ana@acme.example") == "acme.example"
    assert (
        mailboxes.company_domain("ana@web.de") == mailboxes.company_domain("a@mailinator.com") == ""
    )


@pytest.mark.parametrize(
    "address",
    ["info@a.example", "no-reply@a.example", "Vertrieb2@a.example".lower(), "sales+x@a.example"],
)
def test_shared_mailboxes(address):
    assert mailboxes.is_role(address)


def test_the_same_mailbox_is_certain_and_says_so():
    found = told(ANA, ANA | {"email": "Ana.Cruz+fair@acme.example"})
    assert (found.band, texts(found)[0]) == (Band.CERTAIN, "Same mailbox")


def test_another_order_of_the_names_is_seen():
    found = told(
        {"first_name": "Ana", "last_name": "Cruz"}, {"first_name": "Cruz", "last_name": "Ana"}
    )
    assert texts(found) == ["Same name in another order"]


def test_a_nickname_and_a_slip_are_seen():
    found = told(
        ANA | {"first_name": "Robert"},
        {"first_name": "Bob", "last_name": "Curz", "phone": "+49 40 123456"},
    )
    assert {"First names mean each other", "Last names alike", "Same phone number"} <= set(
        texts(found)
    )
    assert found.band is Band.CERTAIN


def test_colleagues_are_not_one_person():
    other = {
        "first_name": "Bea",
        "last_name": "Young",
        "email": "bea.young@acme.example",
        "company": "Acme",
    }
    assert told(ANA, other).band is Band.UNLIKELY


def test_a_sister_at_the_same_address_is_possible_at_most():
    home = {"attributes": {"street": "Main Street 5", "zip": "20095"}, "city": "Hamburg"}
    found = told(
        ANA | home | {"email": "", "phone": ""}, {"first_name": "Paula", "last_name": "Cruz"} | home
    )
    assert found.band is Band.POSSIBLE


def test_a_shared_mailbox_makes_no_two_people_one():
    found = told(
        {"full_name": "Ana Cruz", "email": "info@acme.example"},
        {"full_name": "Bea Young", "email": "info@acme.example"},
    )
    assert found.band is Band.UNLIKELY


def test_what_speaks_against_lowers():
    same = told(ANA | {"phone": ""}, ANA | {"phone": "", "email": ""})
    born = {"attributes": {"date_of_birth": "1980-01-02"}}
    other = told(
        ANA | born | {"phone": ""},
        ANA | {"attributes": {"dob": "1955-11-23"}, "phone": "", "email": ""},
    )
    ids = told(
        ANA | {"phone": "", "external_id": "A"},
        ANA | {"phone": "", "email": "", "external_id": "B"},
    )
    assert other.strength < ids.strength < same.strength


words = st.text("abcdeéñ ö", min_size=0, max_size=9)
anybody = st.fixed_dictionaries(
    dict.fromkeys(("first_name", "last_name", "city", "company", "title", "phone", "email"), words)
)


@given(one=anybody, other=anybody)
def test_likeness_does_not_ask_who_comes_first(one, other):
    there, back = told(one, other), told(other, one)
    assert there.strength == back.strength
    assert sorted(texts(there)) == sorted(texts(back))


@given(one=anybody)
def test_who_is_written_twice_meets_themselves(one):
    first, second = person_of(1, one), person_of(2, one)
    assert keys_of(first, NAMES) == keys_of(second, NAMES)
    assert not keys_of(first, NAMES) or blocked([first, second], NAMES) == {(1, 2)}


def test_a_value_that_everybody_shares_blocks_nobody():
    crowd = [person_of(pk, {"full_name": "Ana Cruz"}) for pk in range(60)]
    assert blocked(crowd, NAMES) == set()


@pytest.mark.parametrize(
    ("one", "other"), [("meier", "maier"), ("philip", "filip"), ("schmidt", "schmitt")]
)
def test_names_that_sound_alike(one, other):
    assert sound(one) == sound(other)


def record(consent, email="a@x.example", at=None):
    return {
        "consent": consent,
        "email": email,
        "consent_source": f"{consent} form",
        "consent_at": at,
    }


@pytest.mark.parametrize(
    ("kept", "lost", "is_now"),
    [
        (record("granted"), record("denied"), "denied"),
        (record("denied"), record("granted"), "denied"),
        (record("unknown"), record("denied"), "denied"),
        (record("granted"), record("granted"), "granted"),
        (record("granted"), record("unknown", "b@x.example"), "granted"),
        # Given for an address that is not the one that is kept.
        (record("unknown"), record("granted", "b@x.example"), "unknown"),
    ],
)
def test_the_strictest_consent_holds_with_its_source(kept, lost, is_now):
    found = strictest(kept, lost, email=kept["email"])
    assert found["consent"] == is_now
    assert found["consent_source"] == (f"{is_now} form" if is_now != "unknown" else "")


facts = st.fixed_dictionaries(
    {
        "first_name": st.sampled_from(["", "Ana", "Anna", "A", "Bob", "Robert"]),
        "last_name": st.sampled_from(["", "Cruz", "Kruz", "Ana", "Schmidt"]),
        "email": st.sampled_from(["", "ana.cruz@acme.example", "ana.crus@acme.example", "x@y.example"]),
        "phone": st.sampled_from(["", "+49 40 123456", "040 123456", "+1 555 0100"]),
        "company": st.sampled_from(["", "Acme", "Acne", "Other Works"]),
        "title": st.sampled_from(["", "Buyer"]),
        "city": st.sampled_from(["", "Hamburg", "Bremen"]),
        "country": st.sampled_from(["", "DE", "FR"]),
        "external_id": st.sampled_from(["", "1", "2"]),
        "attributes": st.fixed_dictionaries(
            {},
            optional={
                "street": st.sampled_from(["Long Road 1", "Long Road 2"]),
                "zip": st.sampled_from(["20095", "20096"]),
                "dob": st.sampled_from(["1980-01-02", "1999-12-31"]),
            },
        ),
    }
)  # fmt: skip


@given(one=facts, other=facts, least=st.sampled_from([strength for _, strength in BANDS]))
def test_what_is_not_compared_to_the_end_is_not_alike(one, other, least):
    people = person_of(1, one), person_of(2, other)
    whole = likeness(*people, NAMES)
    assert likely(*people, NAMES, least=least) == (whole if whole.strength >= least else None)
