"""Handoffs by ground, campaign, source and team; service levels by commitment, team and month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from leads.handoffs.models import Handoff
from portal.slas.models import Clock
from tests.factories import make_clock, make_lead, make_team, make_user
from tests.reports.reading import from_api, from_csv, from_page, from_xlsx

pytestmark = pytest.mark.django_db
START = datetime(2026, 2, 3, 9, tzinfo=UTC)


def make_ended(state, ground="", *, source="Web", team=None, hours=2, at=START):
    return Handoff.objects.create(
        lead=make_lead(source=source),
        team=team,
        offered_at=at,
        answered_at=at + timedelta(hours=hours) if state != "offered" else None,
        state=state,
        ground=ground,
        why="By rule",
    )


@pytest.fixture
def handoffs(db):
    north = make_team("North")
    make_ended("accepted", hours=1, team=north)
    make_ended("accepted", hours=3, team=north)
    make_ended("rejected", "clerical", hours=8, source="Fair")
    make_ended("rejected", "definitional", hours=30, source="Fair")
    make_ended("expired", hours=40)
    make_ended("withdrawn", hours=1)
    make_ended("offered")
    make_ended("accepted", hours=5, at=START - timedelta(days=30))
    return north


def answer(client, name, **asked):
    return client.get(f"/api/v1/reports/{name}/", asked).json()


def test_all_figures(as_rep, handoffs):
    whole = answer(as_rep, "handoffs", **{"from": "2026-02-01", "to": "2026-02-28"})["totals"]

    assert whole == {
        "handoffs_offered": 7,
        "handoffs_accepted": 2,
        "handoffs_procedural": 0,
        "handoffs_clerical": 1,
        "handoffs_definitional": 1,
        "handoffs_expired": 1,
        "handoffs_open": 1,
        "acceptance_rate": 0.5,
        "hours_to_answer": 5.5,
    }


def test_by_source_and_team(as_rep, handoffs):
    by_source = {row["key"]: row for row in answer(as_rep, "handoffs", by="source")["rows"]}
    by_team = {row["label"]: row for row in answer(as_rep, "handoffs", by="team")["rows"]}

    assert (by_source["Fair"]["acceptance_rate"], by_source["Fair"]["hours_to_answer"]) == (0.0, 19)
    assert by_team["North"]["handoffs_accepted"] == 2
    assert by_team["Anybody in sales"]["handoffs_offered"] == 6


def test_the_period_before_stands_beside(as_rep, handoffs):
    asked = {"from": "2026-02-01", "to": "2026-02-28", "compare": "previous"}

    totals = answer(as_rep, "handoffs", **asked)["totals"]

    assert (totals["previous_handoffs_offered"], totals["previous_acceptance_rate"]) == (1, 1.0)


@pytest.mark.parametrize("by", ["ground", "campaign", "source", "team"])
def test_the_list_behind_a_number_holds_as_many(as_marketer, handoffs, by):
    from django.http import QueryDict

    from portal.reports.registry import REPORTS

    form = REPORTS["handoffs"].form(QueryDict(f"by={by}"), user=as_marketer.user)
    assert not form.problems()
    table = REPORTS["handoffs"].build(form)
    for row in (*table.rows, table.totals):
        for name, link in row.links.items():
            rows = as_marketer.get(link).context["rows"]
            assert len(rows) == row.values[name], (row.label, name, link)


@pytest.fixture
def clocks(db, rep, marketing_manager, sales_manager):
    first = make_clock("first_contact", "sales", owner=rep, at=START)
    late = make_clock("first_contact", "sales", owner=make_user(), at=START + timedelta(days=30))
    running = make_clock("first_contact", "sales", at=timezone.now())
    Clock.objects.filter(pk=first.pk).update(stopped_at=first.due_at)
    Clock.objects.filter(pk=late.pk).update(stopped_at=late.due_at + timedelta(minutes=1))
    return first, late, running


def test_kept_missed_and_what_still_runs(as_rep, clocks):
    found = answer(as_rep, "sla")

    assert found["totals"] == {
        "clocks_begun": 3,
        "clocks_met": 1,
        "clocks_missed": 1,
        "adherence": 0.5,
    }
    assert found["rows"][0]["label"] == "First contact with an assigned lead"


def test_by_team_and_month(as_rep, rep, clocks):
    teams = {row["label"]: row["adherence"] for row in answer(as_rep, "sla", by="team")["rows"]}
    months = {row["key"]: row["adherence"] for row in answer(as_rep, "sla", by="month")["rows"]}

    assert teams == {rep.teams.get().name: 1.0, "No team": 0.0}
    assert (months["2026-02"], months["2026-03"]) == (1.0, 0.0)


def test_no_person_is_named(as_rep, clocks):
    assert as_rep.get("/api/v1/reports/sla/?by=owner").status_code == 400
    assert as_rep.get("/api/v1/reports/sla/?owner=me").status_code == 400
    assert as_rep.get("/api/v1/reports/handoffs/?owner=me").status_code == 400


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("handoffs", {}),
        ("handoffs", {"by": "team"}),
        ("handoffs", {"from": "2026-02-01", "to": "2026-02-28", "compare": "previous"}),
        ("sla", {}),
        ("sla", {"by": "month", "from": "2026-02-01", "to": "2026-03-31", "compare": "previous"}),
        ("sla", {"department": "sales"}),
    ],
)
def test_four_doors_one_table(as_marketer, handoffs, clocks, name, asked):
    numbers = [row[1:] for row in from_api(as_marketer, name, **asked)]

    for door in (from_page, from_csv, from_xlsx):
        assert [row[1:] for row in door(as_marketer, name, **asked)] == numbers, door.__name__
