"""Every page once, forwards and backwards, whatever the order and however many rows are empty."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from portal.core.listing import Listing, counted
from tests.factories import make_lead

pytestmark = pytest.mark.django_db

LISTING = Listing(
    {"created": "created_at", "name": "last_name", "step": "next_step_on"},
    default="-created",
    page_size=3,
)


def page(query, rows=None, listing=LISTING):
    return listing.page(
        RequestFactory().get(f"/{query}"), Lead.objects.all() if rows is None else rows
    )


def walk(query, link):
    seen = []
    while query is not None:
        found = page(query)
        seen.append([lead.pk for lead in found])
        query = getattr(found, link)
    return seen


@pytest.fixture
def leads(db):
    same = make_lead().created_at
    days = [
        None,
        date(2026, 5, 1),
        None,
        date(2026, 4, 1),
        date(2026, 5, 1),
        None,
        date(2026, 6, 1),
        None,
    ]
    return [
        make_lead(
            last_name=f"N{number % 3}",
            next_step_on=day,
            created_at=same + timedelta(hours=number // 2),
        )
        for number, day in enumerate(days)
    ]


@pytest.mark.parametrize("ordering", ["created", "-created", "name", "-name", "step", "-step"])
def test_each_row_stands_on_one_page(leads, ordering):
    forwards = walk(f"?ordering={ordering}", "next")

    seen = [pk for rows in forwards for pk in rows]
    assert sorted(seen) == sorted(Lead.objects.values_list("pk", flat=True))
    assert [len(rows) for rows in forwards] == [3, 3, 3]


@pytest.mark.parametrize("ordering", ["-created", "name", "step", "-step"])
def test_back_shows_the_same_pages(leads, ordering):
    first = page(f"?ordering={ordering}")
    second = page(first.next)
    third = page(second.next)

    assert [lead.pk for lead in page(third.previous)] == [lead.pk for lead in second]
    assert [lead.pk for lead in page(page(third.previous).previous)] == [lead.pk for lead in first]
    assert first.previous is None
    assert page(second.previous).previous is None
    assert third.next is None


@pytest.mark.parametrize("ordering", ["step", "-step"])
def test_empty_values_stand_last(leads, ordering):
    days = [
        Lead.objects.get(pk=pk).next_step_on
        for rows in walk(f"?ordering={ordering}", "next")
        for pk in rows
    ]
    filled = [day for day in days if day]

    assert days[len(filled) :] == [None] * 5
    assert filled == sorted(filled, reverse=ordering.startswith("-"))


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "W10", "WzEsMl0", "%00", "W251bGwsMV0", "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwxXQ"],
)
def test_a_broken_cursor_shows_the_first_page(leads, cursor):
    assert [lead.pk for lead in page(f"?after={cursor}")] == [lead.pk for lead in page("")]


def test_an_order_that_is_not_offered_is_the_default(leads):
    assert page("?ordering=owner__password").ordering == "-created"


def test_the_count_stops_at_its_cap(leads, monkeypatch):
    monkeypatch.setattr("portal.core.listing.COUNT_CAP", 5)

    assert page("").count_text.startswith("about ")


def test_a_count_is_one_statement_and_close_beyond_the_cap(leads, monkeypatch):
    Lead.objects.bulk_create(
        Lead(stage=leads[0].stage, source="fair" if n % 4 == 0 else "web") for n in range(1_000)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE leads_lead")
    fair = Lead.objects.filter(source="fair")

    with CaptureQueriesContext(connection) as few:
        assert counted(fair) == (250, False)
    monkeypatch.setattr("portal.core.listing.COUNT_CAP", 100)
    monkeypatch.setattr("portal.core.listing.SAMPLES", 400)
    with CaptureQueriesContext(connection) as many:
        number, is_estimate = counted(fair)

    assert is_estimate
    assert 190 <= number <= 310
    assert len(few) == len(many) == 1
    assert counted(Lead.objects.none()) == (0, False)


def test_links_keep_the_filters(leads):
    assert "stage=mql" in page("?stage=mql").next


def test_a_page_costs_three_queries_at_most(leads, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        page("?ordering=step")
