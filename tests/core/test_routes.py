from __future__ import annotations

import pytest
from django.urls import NoReverseMatch, reverse, set_script_prefix

from portal.core.routes import row_address

ROUTES = ["leads:lead-detail", "opportunities:opportunity-detail", "accounts:user-detail"]


@pytest.mark.parametrize("key", [1, 42, 2**63 - 1])
@pytest.mark.parametrize("route", ROUTES)
def test_it_is_the_address_that_django_finds(route, key):
    assert row_address(route, key) == reverse(route, args=[key])


@pytest.mark.parametrize("slug", ["june", "a-b_c-2026"])
def test_a_slug_names_a_row_too(slug):
    assert row_address("campaigns:campaign-detail", slug) == f"/campaigns/{slug}/"


@pytest.mark.parametrize(
    ("route", "key"),
    [
        ("leads:lead-detail", None),
        *(("campaigns:campaign-detail", slug) for slug in ("", "a/b", "ü")),
    ],
)
def test_what_is_no_key_has_no_address(route, key):
    with pytest.raises(NoReverseMatch):
        row_address(route, key)


def test_an_unknown_page_has_no_address():
    with pytest.raises(NoReverseMatch):
        row_address("leads:no-such-page", 1)


def test_the_prefix_of_this_very_request_counts():
    plain = row_address("leads:lead-detail", 7)
    set_script_prefix("/accord/")
    try:
        assert row_address("leads:lead-detail", 7) == f"/accord{plain}"
    finally:
        set_script_prefix("/")
    assert row_address("leads:lead-detail", 7) == plain
