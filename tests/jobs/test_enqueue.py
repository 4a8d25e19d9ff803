from __future__ import annotations

import pytest
from django.db import transaction

from portal.jobs import services, wakeup
from portal.jobs.models import Job, Pulse
from portal.jobs.services import enqueue
from tests.factories import make_job, make_user


def test_work_starts_when_the_transaction_commits(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue(kind="tests.count", args={"batches": 2})
        assert not Pulse.objects.exists()

    job.refresh_from_db()
    assert (job.state, job.progress_done, job.progress_total) == ("done", 2, 2)
    assert Pulse.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_woken(monkeypatch):
    woken = []
    monkeypatch.setattr(services, "wake", lambda *args: woken.append(args))

    def change_of_mind() -> None:
        with transaction.atomic():
            enqueue(kind="tests.count")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_of_mind()

    assert (woken, Job.objects.count()) == ([], 0)


def test_the_same_work_is_not_queued_twice(db):
    first = enqueue(kind="tests.count", unique_key="import 7")
    second = enqueue(kind="tests.count", unique_key="import 7")

    assert second == first
    assert Job.objects.count() == 1


def test_work_that_has_ended_may_be_asked_for_again(db):
    first = make_job(unique_key="import 7", state=Job.State.DONE)

    assert enqueue(kind="tests.count", unique_key="import 7") != first


def test_work_without_key_is_never_taken_for_the_same(db):
    assert enqueue(kind="tests.count") != enqueue(kind="tests.count")


def test_a_kind_that_nobody_does_is_refused_at_once(db):
    with pytest.raises(LookupError, match=r"tests\.nothing"):
        enqueue(kind="tests.nothing")


def test_a_broker_that_is_away_costs_nothing_but_time(
    db, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(wakeup.app.tasks["portal.jobs.tasks.run"], "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue(kind="tests.count")

    assert Job.objects.get(pk=job.pk).state == Job.State.QUEUED


def test_everybody_sees_their_own_work_only(db):
    mine, other = make_user(), make_user()
    job = make_job(actor=mine)

    assert list(Job.objects.permitted(mine, "jobs.view_job")) == [job]
    assert not Job.objects.permitted(other, "jobs.view_job").exists()
