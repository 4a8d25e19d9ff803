"""What was written down is counted once, however many fold it and wherever they are stopped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from leads.models import Lead, StageChange
from portal.metrics import services
from portal.metrics.models import LeadChange, LeadTally, Rollup, StaleLead, Stay, StayTally
from portal.metrics.rollups import folding, reading, triggers, zoned
from tests.factories import make_lead, make_stage, make_stages
from tests.metrics.rollups.test_same_numbers import answer, check

START = datetime(2026, 1, 31, 20, tzinfo=UTC)


def make_past(number, source="Fair"):
    """A lead that was won after some days, with the history of it."""
    created = START + timedelta(hours=number)
    lead = make_lead(
        source=source,
        stage="customer",
        status="won",
        created_at=created,
        converted_at=created + timedelta(days=number),
    )
    before = None
    for place, slug in enumerate(("lead", "mql", "customer")):
        stage, at = make_stage(slug), created + timedelta(days=place * number)
        StageChange.objects.create(lead=lead, from_stage=before, to_stage=stage, at=at)
        before = stage
    return lead


@pytest.fixture
def past(db):
    make_stages()
    return [make_past(number, "Fair" if number % 2 else "Google") for number in range(7)]


def test_the_sweep_takes_the_journal_away(past, as_marketer):
    assert LeadChange.objects.count() == len(past)

    swept = services.fold_rollups(timezone.now())

    assert swept["folded"] > len(past)
    assert not LeadChange.objects.exists()
    assert not StaleLead.objects.exists()
    check(as_marketer)
    assert services.fold_rollups(timezone.now()) == {"folded": 0}


def test_what_is_folded_in_slices_comes_to_the_same(past, as_marketer, monkeypatch):
    monkeypatch.setattr(folding, "SLICE", 2)
    monkeypatch.setattr(folding, "STALE_SLICE", 2)

    assert (folding.fold_leads(), folding.fold_stays()) == (2, 2)
    check(as_marketer)
    services.fold_rollups(timezone.now())

    assert LeadTally.objects.filter(dimension="all", span="ever").exists()
    assert not LeadChange.objects.exists()
    check(as_marketer)


def test_nothing_is_kept_of_who_is_gone(past):
    services.fold_rollups(timezone.now())
    StageChange.objects.all().delete()
    Lead.objects.all().delete()

    services.fold_rollups(timezone.now())

    assert [model.objects.count() for model in (LeadTally, Stay, StayTally)] == [0, 0, 0]


def test_the_first_stage_of_a_new_lead_makes_no_work(db):
    lead = make_lead()
    StageChange.objects.create(lead=lead, to_stage=lead.stage, at=START)

    assert not StaleLead.objects.exists()


def test_what_bears_on_no_figure_makes_no_work(past):
    services.fold_rollups(timezone.now())

    Lead.objects.update(city="Bonn", source="Fair")

    assert LeadChange.objects.count() == 2 * len([lead for lead in past if lead.source != "Fair"])
    assert not StaleLead.objects.exists()


class Killed(Exception):
    """The process is gone."""


@pytest.mark.parametrize(
    "at", ["INSERT INTO metrics_leadtally", "DELETE FROM metrics_leadchange", "= 0"]
)
def test_who_is_stopped_in_the_middle_has_folded_nothing(past, as_marketer, at):
    def stopped(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if at in sql:
            raise Killed
        return result

    with pytest.raises(Killed), connection.execute_wrapper(stopped):
        folding.fold_leads()

    assert (LeadChange.objects.count(), LeadTally.objects.count()) == (len(past), 0)
    check(as_marketer)
    services.fold_rollups(timezone.now())
    check(as_marketer)


@pytest.mark.django_db(transaction=True)
def test_two_who_fold_at_once_while_others_write_count_once(as_marketer):
    services.keep_rollups()
    make_stages()
    for number in range(12):
        make_past(number)
    folding.SLICE, before = 3, folding.SLICE

    def act(number):
        try:
            if number % 2:
                return services.fold_rollups(timezone.now())
            return make_past(number, "Google").pk
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(act, range(8)))
    finally:
        folding.SLICE = before

    assert len(results) == 8
    check(as_marketer)
    services.fold_rollups(timezone.now())
    check(as_marketer)
    tallied = LeadTally.objects.filter(dimension="all", span="ever").values_list("n", flat=True)
    assert sum(tallied) == Lead.objects.count() == 16


def test_another_time_zone_is_counted_anew_and_not_read_before(past, as_marketer, settings):
    services.fold_rollups(timezone.now())
    settings.TIME_ZONE = "Asia/Tokyo"
    asked = {"from": "2026-02-01", "to": "2026-02-28"}

    counted, is_rolled_up = answer(as_marketer, "sources", asked)
    assert not is_rolled_up
    services.fold_rollups(timezone.now())

    assert answer(as_marketer, "sources", asked) == (counted, True)
    check(as_marketer)
    make_past(9)
    check(as_marketer)


def test_without_its_triggers_nothing_is_relied_on(past, as_marketer):
    services.fold_rollups(timezone.now())
    triggers.uninstall()
    make_past(3)
    assert not LeadChange.objects.exists()

    services.keep_rollups()

    check(as_marketer)
    make_past(4)
    assert LeadChange.objects.exists()
    check(as_marketer)


def test_what_was_never_counted_is_counted_by_the_sweep(past, as_marketer):
    Rollup.objects.all().delete()
    assert not answer(as_marketer, "funnel", {})[1]

    services.fold_rollups(timezone.now())

    check(as_marketer)


def test_a_migration_that_makes_the_table_of_leads_anew_is_noticed(past, as_marketer):
    """As SQLite does for every change of a column; there it drops the triggers."""
    services.fold_rollups(timezone.now())
    with connection.cursor() as cursor:
        trigger = "metrics_lead_came"
        on = "" if connection.vendor == "sqlite" else " ON leads_lead"
        cursor.execute(f"DROP TRIGGER {trigger}{on}")
    make_past(3)
    assert not LeadChange.objects.exists()

    call_command("migrate", verbosity=0)

    check(as_marketer)
    make_past(4)
    check(as_marketer)


def test_the_command_counts_anew_whatever_the_roll_ups_hold(past, as_marketer):
    LeadTally.objects.create(
        dimension="all",
        span="ever",
        begins_on=zoned.EVER,
        key="",
        stage_id=past[0].stage_id,
        status="open",
        reached=10,
        days=-2_000_000_000,
        n=40,
    )
    out = StringIO()

    call_command("rebuild_rollups", stdout=out)

    assert f"{LeadTally.objects.count():,} tallies" in out.getvalue()
    assert not LeadChange.objects.exists()
    check(as_marketer)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("sources", {"by": "landing_page"}),
        ("sources", {"by": "campaign", "source": "Fair"}),
        ("sources", {"owner": "none"}),
        ("funnel", {"source": "Fair", "owner": "none"}),
        ("funnel", {"from": "9999-01-01"}),
    ],
)
def test_what_the_roll_ups_do_not_hold_is_counted_from_the_leads(past, as_marketer, name, asked):
    assert not answer(as_marketer, name, asked)[1]


def test_two_stages_of_a_kind_are_told_apart_by_the_leads(past, as_marketer):
    late = make_stage("sql")
    late.pk, late.slug, late.name, late.position = None, "sql-late", "Proposal", 45
    late.save()

    assert not answer(as_marketer, "funnel", {})[1]


def test_rows_written_by_hand_count_too(past, as_marketer):
    services.fold_rollups(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET source = 'By hand', reached = 60")
        cursor.execute("UPDATE leads_stagechange SET at = created.created_at FROM leads_lead created "
                       "WHERE created.id = lead_id AND to_stage_id = %s", [make_stage("mql").pk])  # fmt: skip
    check(as_marketer)
    services.fold_rollups(timezone.now())
    check(as_marketer)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 1, 2), date(2026, 1, 31)),
        (date(2026, 1, 31), date(2026, 3, 1)),
        (date(2025, 11, 15), date(2026, 2, 27)),
        (date(2026, 5, 5), date(2026, 5, 5)),
        (date(2026, 5, 5), date(2026, 6, 4)),
        (date(2024, 2, 29), date(2024, 3, 31)),
    ],
)
def test_a_period_is_made_of_months_and_days_without_gap_or_overlap(first, last):
    days = []
    for span, begin, end in zoned.spans_of(first, last):
        assert span in {"day", "month"}
        if span == "month":
            assert begin.day == 1
            assert (end + timedelta(days=1)).day == 1
        days += [begin + timedelta(days=n) for n in range((end - begin).days + 1)]

    expected = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert sorted(days) == expected


def test_all_time_is_one_span():
    assert zoned.spans_of(None, None) == [("ever", zoned.EVER, zoned.EVER)]
    assert reading.Question().by("source") == reading.Question(dimension="source")
