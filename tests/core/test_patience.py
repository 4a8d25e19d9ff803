"""Statements that are given up, and counts that become estimates because of it."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction

from leads.models import Lead
from portal.core import listing
from portal.core.patience import TookTooLong, within
from tests.factories import make_lead, make_stages

pytestmark = pytest.mark.django_db
ENDLESS = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT COUNT(*) FROM c",
    "postgresql": "SELECT pg_sleep(600)",
}


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_a_statement_is_given_up_and_the_next_one_is_not():
    make_stages()
    with transaction.atomic():
        make_lead(full_name="Before")
        with pytest.raises(TookTooLong), within(0.05):
            ask(ENDLESS[connection.vendor])
        with within(60):
            assert ask("SELECT 1") == [(1,)]
        make_lead(full_name="After")
    assert Lead.objects.count() == 2


def test_what_fails_for_another_reason_says_so():
    with pytest.raises(Exception, match="no_such_table"), transaction.atomic(), within(60):
        ask("SELECT * FROM no_such_table")


@pytest.fixture
def impatient(monkeypatch):
    """Counts that would take too long, whatever the machine; and a sample that holds every lead."""

    def give_up(seconds, using):
        raise TookTooLong

    monkeypatch.setattr(listing, "within", give_up)
    monkeypatch.setattr(listing, "SAMPLES", 200_000)


FILTER = json.dumps({"field": "city", "op": "contains", "value": "om"})


def test_a_count_that_takes_too_long_says_that_it_is_an_estimate(impatient, as_marketer):
    make_stages()
    for number in range(120):
        make_lead(city="Rome" if number % 2 else "Oslo")

    answer = as_marketer.get("/api/v1/leads/count/", {"filter": FILTER}).json()
    page = as_marketer.get("/leads/", {"filter": FILTER}).content.decode()
    told = as_marketer.get("/leads/conditions/count/", {"filter": FILTER}).content.decode()

    assert answer == {"count": 60, "exact": False}
    assert "about 60" in page
    assert "About 60 of the leads you see match" in told
    # What an index tells is counted as ever.
    assert as_marketer.get("/api/v1/leads/count/").json() == {"count": 120, "exact": True}


def test_nobody_counts_what_a_sample_says_is_far_beyond_the_cap(monkeypatch, as_marketer):
    make_stages()
    for number in range(120):
        make_lead(city="Rome" if number % 2 else "Oslo")
    monkeypatch.setattr(listing, "SAMPLES", 200_000)
    monkeypatch.setattr(listing, "MANY", 40)
    monkeypatch.setattr(listing, "_counted", None)

    answer = as_marketer.get("/api/v1/leads/count/", {"filter": FILTER}).json()

    assert answer == {"count": 60, "exact": False}


def test_what_fits_on_one_page_is_counted_by_what_is_there(impatient, as_marketer):
    make_stages()
    for city in ("Rome", "Oslo", "Romont"):
        make_lead(city=city)
    page = as_marketer.get("/leads/", {"filter": FILTER}).content.decode()
    none = as_marketer.get("/leads/", {"filter": FILTER.replace("om", "zz")}).content.decode()
    assert "about" not in page.split("</h1>")[0].split("<h1")[1]
    assert "about 0" not in none


def test_a_count_in_time_is_exact(as_marketer):
    make_stages()
    make_lead(city="Rome")
    answer = as_marketer.get("/api/v1/leads/count/", {"filter": FILTER}).json()
    assert answer == {"count": 1, "exact": True}
