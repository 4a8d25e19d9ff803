from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake import services
from leads.intake.models import COUNTS, Import, ImportRow
from leads.models import Lead, StageChange
from portal.core.errors import RuleViolation
from portal.jobs.models import Job
from portal.jobs.running import Cancelled, run_job
from tests.factories import csv_of, make_import, make_stages

pytestmark = pytest.mark.django_db


def many(count, start=0):
    rows = (f"r{n},lea{n}@x.example,Firm {n % 7}" for n in range(start, start + count))
    return csv_of("Record ID,Email,Company", *rows)


def mapped(content, *, by=None):
    run = make_import(content, by=by)
    mapping = services.first_mapping(run=run, by=by, written=None, constants={})
    return services.save_mapping(run=run, mapping=mapping, by=by)


def nothing(*_args, **_more):
    """A checkpoint that lets everything pass."""


def bring_in(run, by=None, checkpoint=nothing):
    return services.apply_rows(
        run=services.begin_import(run=run, by=by), by=by, checkpoint=checkpoint
    )


def add_up(run):
    run.refresh_from_db()
    return sum(getattr(run, name) for name in COUNTS)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr("leads.intake.services.work.BATCH", 10)


class Killed(Exception):
    """The process ends here."""


def killing(after):
    """A checkpoint at which the work dies when ``after`` batches are committed."""
    calls = []

    def checkpoint(*_args, **_more):
        calls.append(1)
        if len(calls) > after:
            raise Killed

    return checkpoint


def test_a_killed_import_goes_on_with_the_next_row(stages, small_batches):
    run = mapped(many(45) + b"r0,again@x.example,\r\nr44,x,\r\n")
    services.begin_import(run=run, by=None)

    for after in (2, 0, 1):
        with pytest.raises(Killed):
            services.apply_rows(
                run=Import.objects.get(pk=run.pk), by=None, checkpoint=killing(after)
            )
        run.refresh_from_db()
        assert Lead.objects.count() == run.position == run.created
    services.apply_rows(run=Import.objects.get(pk=run.pk), by=None, checkpoint=nothing)

    assert add_up(run) == run.rows == 47
    assert (run.state, run.created, run.duplicates, run.rejected) == ("done", 45, 1, 1)
    assert Lead.objects.count() == StageChange.objects.count() == 45
    assert ImportRow.objects.count() == 2
    told = [key for batch in run.batches.all() for key in batch.keys_made()]
    assert sorted(told) == sorted(Lead.objects.values_list("pk", flat=True))


def test_two_processes_never_bring_in_the_same_batch(stages, small_batches):
    run = mapped(many(30))
    run = services.begin_import(run=run, by=None)
    slow = Import.objects.get(pk=run.pk)

    services.apply_rows(run=run, by=None, checkpoint=nothing)

    with pytest.raises(RuleViolation, match="somebody else goes on"):
        services.apply_rows(run=slow, by=None, checkpoint=nothing)
    assert add_up(run) == Lead.objects.count() == 30


def test_a_worker_that_died_is_followed_by_another(stages, marketer, small_batches, work):
    run = mapped(many(30), by=marketer)
    run = services.start_import(run=run, by=marketer)
    services_run = Import.objects.get(pk=run.pk)
    with pytest.raises(Killed):
        services.apply_rows(run=services_run, by=marketer, checkpoint=killing(1))
    past = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=run.job_id).update(
        state="running", lease_owner="a dead worker", lease_until=past, attempts=1
    )

    assert run_job(run.job_id) == "done"

    assert add_up(run) == run.rows == Lead.objects.count() == 30
    assert run.state == "done"


def test_stopping_keeps_whole_batches_and_the_rest_can_follow(stages, marketer, small_batches):
    run = mapped(many(30), by=marketer)
    run = services.begin_import(run=run, by=marketer)

    def stopping(_cursor, *, done, total):
        if done == 20:
            raise Cancelled

    with pytest.raises(Cancelled):
        services.apply_rows(run=run, by=marketer, checkpoint=stopping)
    services.cancel_import(run=run, by=marketer)
    assert (add_up(run), run.state, Lead.objects.count()) == (10, "cancelled", 10)

    services.apply_rows(
        run=services.begin_import(run=run, by=marketer), by=marketer, checkpoint=nothing
    )

    assert (add_up(run), run.state, Lead.objects.count()) == (30, "done", 30)


def test_a_stop_from_the_page_ends_work_without_a_job(stages, small_batches):
    run = services.begin_import(run=mapped(many(30)), by=None)
    Import.objects.filter(pk=run.pk).update(state="cancelled")

    with pytest.raises(RuleViolation, match="stopped"), services.failures_told(run):
        services.apply_rows(run=run, by=None, checkpoint=nothing)

    run.refresh_from_db()
    assert (run.state, Lead.objects.count()) == ("cancelled", 0)


def test_an_import_whose_process_ended_can_be_started_again(stages, small_batches, monkeypatch):
    run = mapped(many(30))
    with pytest.raises(Killed):
        bring_in(run, checkpoint=killing(1))

    with pytest.raises(RuleViolation, match="already been started"):
        services.begin_import(run=run, by=None)
    Import.objects.update(moved_at=timezone.now() - timedelta(minutes=5))
    services.apply_rows(run=services.begin_import(run=run, by=None), by=None, checkpoint=nothing)

    assert add_up(run) == Lead.objects.count() == 30


def at_once(runs):
    """Bring files in at the same moment, each on a connection of its own."""
    together = threading.Barrier(len(runs))
    errors = []

    def work(run):
        try:
            together.wait()
            bring_in(run)
        except Exception as error:  # noqa: BLE001 (the test shows it)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in runs]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_overlapping_imports_at_once_end_with_one_lead_an_address(monkeypatch):
    make_stages()
    monkeypatch.setattr("leads.intake.services.work.BATCH", 20)
    runs = [
        mapped(csv_of("Email,Company", *(f"lea{n}@x.example,Firm {n % 5}" for n in numbers)))
        for numbers in (range(200), range(199, -1, -1))
    ]
    at_once(runs)

    assert Lead.objects.count() == Lead.objects.values("email_key").distinct().count() == 200
    assert [add_up(run) for run in runs] == [200, 200]
    assert sum(run.created for run in runs) == 200


def told():
    """What everybody has in the end, whoever wrote it."""
    columns = ("email_key", "city", "title", "company__name", "source")
    return list(Lead.objects.order_by("email_key").values_list(*columns))


@pytest.mark.django_db(transaction=True)
def test_overlapping_imports_at_once_end_as_one_after_the_other(monkeypatch):
    make_stages()
    monkeypatch.setattr("leads.intake.services.work.BATCH", 20)
    files = [
        csv_of("Email,City,Source", *(f"lea{n}@x.example,Rome {n},Fair" for n in range(160))),
        csv_of("Email,Job Title,Company", *(f"lea{n}@x.example,CTO {n},Firm {n % 5}" for n in range(199, 40, -1))),
    ]  # fmt: skip
    for file in files:
        bring_in(mapped(file))
    before = told()
    Lead.objects.all().delete()

    at_once([mapped(file) for file in files])

    assert len(before) == 200
    assert told() == before


cells = st.sampled_from(
    [
        "",
        "a@x.example",
        "A@x.example",
        "b@x.example",
        "nonsense",
        "Select",
        "1",
        '"',
        "x\ny",
        "é",
        "2026-01-01",
    ]
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=12))
def test_every_line_ends_somewhere(stages, rows):
    body = "".join(",".join(row) + "\n" for row in rows)
    run = make_import(b"Record ID,Email,City\n" + body.encode())
    if not rows:
        assert (run.state, run.rows) == ("failed", 0)
        return
    mapping = {"columns": {"Record ID": "external_id", "Email": "email", "City": "city"}}
    run = services.save_mapping(
        run=run, mapping=services.read_mapping(run=run, written=mapping), by=None
    )
    before = Lead.objects.count()

    bring_in(run)

    assert add_up(run) == run.rows
    assert Lead.objects.count() == before + run.created
    refused = ImportRow.objects.filter(run=run, outcome__in=ImportRow.REFUSED)
    assert refused.count() == run.duplicates + run.rejected
    assert all(row.reason for row in refused)


def test_the_keys_are_found_by_their_indexes(stages):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by size; ten rows need no index.")
    for column in ("external_id", "email_key"):
        rows = (
            Lead.objects.filter(**{f"{column}__in": ["a", "b"]})
            .exclude(**{column: ""})
            .order_by()
            .values("pk")
        )
        assert "USING" in rows.explain(), rows.explain()


def test_a_batch_costs_the_same_queries_whatever_its_size(stages, django_assert_max_num_queries):
    def queries(size, start):
        run = mapped(many(size, start))
        with django_assert_max_num_queries(60) as captured:
            bring_in(run)
        return len(captured)

    queries(10, 0)  # makes the companies
    assert queries(10, 500) == queries(200, 1000)
