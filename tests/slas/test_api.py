"""Clocks and stages through the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.slas.services import stop_clock
from tests.factories import make_clock, make_funnel

pytestmark = pytest.mark.django_db

URL = "/api/v1/sla-clocks/"


def titles(answer):
    assert answer.status_code == 200, answer.content
    return {row["title"] for row in answer.json()["results"]}


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def clocks(now, marketing_manager, sales_manager):
    """One that runs, one that was met, one that was missed."""
    running = make_clock(at=now, title="running")
    met = make_clock(at=now - timedelta(days=40), title="met")
    stop_clock(clock=met, at=met.due_at)
    missed = make_clock(at=now - timedelta(days=40), title="missed")
    return {"running": running, "met": met, "missed": missed}


def test_a_clock_says_what_it_is_about(as_marketer, clocks):
    row = as_marketer.get(f"{URL}{clocks['met'].pk}/").json()

    assert (row["commitment"], row["department"], row["state"]) == (
        "feedback_answer",
        "marketing",
        "met",
    )
    assert (row["revision"], row["target_minutes"]) == (1, 480)


@pytest.mark.parametrize("state", ["running", "met", "missed"])
def test_the_state_of_one_and_the_filter_agree(as_marketer, clocks, state, now):
    assert titles(as_marketer.get(f"{URL}?state={state}")) == {state}
    assert clocks[state].state(now) == state


def test_filters_and_count(as_marketer, clocks):
    assert titles(as_marketer.get(f"{URL}?department=sales")) == set()
    assert as_marketer.get(f"{URL}count/?commitment=feedback_answer").json() == {
        "count": 3,
        "exact": True,
    }
    assert as_marketer.get(f"{URL}?colour=red").status_code == 400


def test_a_rep_sees_clocks_as_far_as_leads(
    as_rep, rep, as_other_rep, marketing_manager, sales_manager, settings
):
    settings.LEAD_VISIBILITY = "own"
    clock = make_clock("first_contact", "sales", owner=rep, title="Call Lea")
    make_clock("first_contact", "sales", title="Nobody's")

    assert titles(as_rep.get(URL)) == {"Call Lea"}
    assert titles(as_other_rep.get(URL)) == set()
    assert as_other_rep.get(f"{URL}{clock.pk}/").status_code == 404


def test_executives_do_not_read_whom_it_is_about(as_executive, clocks):
    assert titles(as_executive.get(URL)) == {"•••"}


def test_a_stranger_gets_nothing(client, clocks):
    assert client.get(URL).status_code == 401


def test_clocks_cannot_be_written(as_sales_manager, clocks):
    assert as_sales_manager.post(URL, {}, content_type="application/json").status_code in {403, 405}


def test_ten_clocks_cost_as_many_queries_as_one(
    as_marketer, marketer, marketing_manager, sales_manager, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_clock(owner=marketer)
    with CaptureQueriesContext(
        connection,
    ) as one:
        as_marketer.get(URL)
    for _ in range(9):
        make_clock(owner=marketer)
    with django_assert_max_num_queries(len(one)):
        assert len(as_marketer.get(URL).json()["results"]) == 10


def test_stages_stand_in_their_order(as_rep, marketing_manager, sales_manager):
    make_funnel(agreed=True)

    rows = as_rep.get("/api/v1/stages/?is_active=true").json()["results"]

    assert [row["slug"] for row in rows] == ["lead", "mql", "sal", "sql", "opportunity", "customer"]
    assert {row["revision"] for row in rows} == {1}


def test_before_anything_is_signed_a_stage_has_no_revision(as_rep):
    rows = as_rep.get("/api/v1/stages/").json()["results"]

    assert {row["revision"] for row in rows} == {None}
