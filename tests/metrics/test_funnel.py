from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Lead, StageChange
from portal.funnel.models import Stage
from portal.metrics import funnel as figures
from tests.factories import make_lead, make_stage, make_stages

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 10, 9, tzinfo=UTC)


def funnel(leads=None):
    stages = list(Stage.objects.active())
    found = figures.funnel(Lead.objects.all() if leads is None else leads, stages)
    return {row.stage.slug: row for row in found.stages}


def moved(lead, *steps):
    """Stage changes after so many days; the first begins where the lead stands."""
    before = None
    for slug, days in steps:
        stage = make_stage(slug)
        StageChange.objects.create(
            lead=lead, from_stage=before, to_stage=stage, at=START + timedelta(days=days)
        )
        before = stage


def test_each_lead_counts_in_every_stage_up_to_the_furthest_it_reached():
    for kind in ("lead", "lead", "mql", "sql", "customer"):
        make_lead(stage=kind)
    found = funnel()

    assert [found[s].entered for s in ("lead", "mql", "sal", "sql", "opportunity", "customer")] == [
        5,
        3,
        2,
        2,
        1,
        1,
    ]
    assert [found[s].current for s in ("lead", "mql", "sal", "sql", "customer")] == [2, 1, 0, 1, 1]
    assert found["lead"].converted == 3
    assert found["lead"].conversion == pytest.approx(0.6)


def test_nothing_comes_after_the_last_stage():
    make_lead(stage="customer")

    last = funnel()["customer"]

    assert (last.entered, last.converted, last.conversion) == (1, None, None)


def test_a_lost_lead_stays_where_it_came_to_and_is_not_current():
    make_lead(stage="sql", status="lost")
    found = funnel()["sql"]

    assert (found.entered, found.current, found.lost) == (1, 0, 1)


def test_a_lead_that_moved_back_has_still_been_there():
    lead = make_lead(stage="sql")
    lead.stage = make_stage("mql")
    lead.save()
    found = funnel()

    assert (found["sql"].entered, found["sql"].current, found["mql"].current) == (1, 0, 1)


def test_two_stages_of_one_kind_are_told_apart_by_place_and_history():
    make_stages()
    late = Stage.objects.create(slug="sql-late", name="Proposal", kind="sql", position=45)
    make_lead(stage="sql")
    make_lead(stage=late)
    make_lead(stage="opportunity")
    was_there = make_lead(stage="sql")
    StageChange.objects.create(lead=was_there, to_stage=late, at=START)
    found = funnel()

    assert (found["sql"].entered, found["sql-late"].entered, found["opportunity"].entered) == (
        4,
        3,
        1,
    )
    assert found["sql"].converted == 3


def test_stages_in_an_unusual_order_never_convert_more_than_entered():
    make_stages()
    Stage.objects.filter(slug="sal").update(position=45)
    for kind in ("mql", "sal", "sql", "opportunity"):
        make_lead(stage=kind)

    assert all(row.converted is None or row.converted <= row.entered for row in funnel().values())


def test_days_in_a_stage_run_from_coming_to_going_on():
    lead = make_lead(stage="sql", created_at=START)
    moved(lead, ("lead", 0), ("mql", 3), ("sql", 10))
    other = make_lead(stage="mql", created_at=START)
    moved(other, ("lead", 0), ("mql", 5))
    found = funnel()

    assert [found[s].median_days for s in ("lead", "mql", "sql")] == [4, 7, None]


def test_the_first_stay_begins_with_the_lead_when_nothing_else_is_on_record():
    lead = make_lead(stage="mql", created_at=START)
    StageChange.objects.create(
        lead=lead,
        from_stage=make_stage("lead"),
        to_stage=make_stage("mql"),
        at=START + timedelta(days=6),
    )

    assert funnel()["lead"].median_days == 6


def test_going_back_is_no_going_on():
    lead = make_lead(stage="lead", created_at=START)
    moved(lead, ("lead", 0), ("mql", 2), ("lead", 9))

    assert funnel()["mql"].median_days is None


def test_only_the_history_of_the_cohort_counts():
    mine = make_lead(stage="mql", created_at=START, source="Fair")
    moved(mine, ("lead", 0), ("mql", 2))
    other = make_lead(stage="mql", created_at=START)
    moved(other, ("lead", 0), ("mql", 8))

    assert funnel(Lead.objects.filter(source="Fair"))["lead"].median_days == 2


def test_each_figure_by_itself_is_the_one_of_the_funnel():
    for kind in ("lead", "mql", "sql", "customer"):
        make_lead(stage=kind)
        make_lead(stage=kind, status="lost")
    stages, leads = list(Stage.objects.active()), Lead.objects.all()

    for row in figures.funnel(leads, stages).stages:
        assert figures.entered(leads, stage=row.stage, stages=stages) == row.entered
        assert figures.current(leads, stage=row.stage) == row.current
        assert figures.lost_here(leads, stage=row.stage) == row.lost
        assert figures.converted(leads, stage=row.stage, stages=stages) == row.converted


def test_the_whole_funnel_costs_three_queries(django_assert_num_queries):
    for kind in ("lead", "mql", "sql", "customer"):
        make_lead(stage=kind)
    stages = list(Stage.objects.active())

    with django_assert_num_queries(3):
        figures.funnel(Lead.objects.all(), stages)
