from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads import normalising


@pytest.mark.parametrize(
    ("given_text", "key"),
    [
        (" Ana.Cruz@Example.COM ", "ana.cruz@example.com"),
        ("Ana Cruz <ana@example.com>", "ana@example.com"),
        ("ａｎａ@example.com", "ana@example.com"),
        ("mailto:ana@example.com", "ana@example.com"),
        ("ana@\u200bexample.com", "ana@example.com"),
        ("ana", ""),
        ("ana@example", ""),
        ("a b@example.com", ""),
        ("a@b@example.com", ""),
        (None, ""),
        (f"{'a' * 250}@example.com", ""),
    ],
)
def test_an_address_has_one_key(given_text, key):
    assert normalising.email_key(given_text) == key


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Ana Cruz", ("Ana", "Cruz")),
        ("Ana de la Cruz", ("Ana", "de la Cruz")),
        ("Cruz, Ana", ("Ana", "Cruz")),
        ("Dr. Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("Anna Maria Lind", ("Anna Maria", "Lind")),
        ("Pelé", ("Pelé", "")),
        ("Van Morrison", ("Van", "Morrison")),
        ("", ("", "")),
    ],
)
def test_a_full_name_is_split(full, parts):
    assert normalising.split_name(full) == parts


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ACME Widgets GmbH & Co. KG", "acme widgets"),
        ("Acme Widgets", "acme widgets"),
        ("Müller S.A.", "muller"),
        ("Limited", "limited"),
        ("Straße AG", "strasse"),
        ("", ""),
    ],
)
def test_companies_are_compared_without_their_legal_form(name, key):
    assert normalising.company_key(name) == key


@pytest.mark.parametrize(
    ("text", "shown", "key"),
    [
        ("+49 (0)30 1234-56", "+49 (0)30 1234-56", "+4930123456"),
        ("0049 30 123456", "0049 30 123456", "+4930123456"),
        ("tel: 030/123456", "030/123456", "030123456"),
        ("491234.0", "491234", "491234"),
        ("none", "", ""),
    ],
)
def test_phone_numbers(text, shown, key):
    assert normalising.phone_text(text) == shown
    assert normalising.phone_key(text) == key


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Acme.com/about", "acme.com"),
        ("ana@acme.com", "acme.com"),
        ("acme.com:80", "acme.com"),
        ("", ""),
    ],
)
def test_domains(text, domain):
    assert normalising.domain_text(text) == domain


@given(st.text())
def test_clean_text_is_settled_and_storable(text):
    once = normalising.clean_text(text)

    assert normalising.clean_text(once) == once
    assert "\x00" not in once
    once.encode("utf-8")


@given(st.text())
def test_keys_are_settled(text):
    assert normalising.email_key(normalising.email_key(text)) == normalising.email_key(text)
    assert normalising.company_key(normalising.company_key(text)) == normalising.company_key(text)
