"""Silence: warned, late, the next person, then the manager; each once, whatever crashes [R9]."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.handoffs.models import Handoff
from leads.handoffs.services import passing
from portal.accounts.roles import Role
from portal.notifications.models import Notification
from portal.operations.sweeping import sweep
from portal.slas.models import Clock
from portal.todo.models import Task
from tests.factories import make_handoff, make_rule, make_user

pytestmark = pytest.mark.django_db
LATER = timedelta(days=14)


@pytest.fixture
def chain(agreed, rep, marketer, ready):
    """A handoff to one of two people who take turns."""
    other = make_user(Role.REP)
    make_rule(rep, other)
    return make_handoff(ready, to=rep, by=marketer), other


def late(times):
    """A moment by which the deadlines of so many rounds are over."""
    return timezone.now() + LATER * times


def test_it_goes_to_the_next_person_then_to_the_manager_and_stays(chain, sales_manager, rep):
    first, other = chain

    sweep(late(1))
    second = Handoff.objects.open().get()
    assert (second.to, second.follows, second.passed_on) == (other, first, 1)

    Clock.objects.running().update(due_at=late(1), warn_at=late(1))
    sweep(late(2))
    third = Handoff.objects.open().get()
    assert (third.to, third.passed_on) == (sales_manager, 2)

    sweep(late(9))
    assert Handoff.objects.open().get() == third
    first.refresh_from_db()
    assert first.state == Handoff.State.EXPIRED
    assert first.clock.state(timezone.now()) == "missed"


def test_warned_before_late_and_each_is_told_once(chain, rep):
    first, _ = chain
    clock = first.clock

    sweep(clock.warn_at)
    sweep(clock.warn_at)
    assert Handoff.objects.open().get() == first
    assert rep.notifications.filter(kind="sla_warning").count() == 1

    for _ in range(3):
        sweep(clock.due_at + timedelta(minutes=1))
    assert rep.notifications.filter(kind="sla_breach").count() == 1
    assert Handoff.objects.open().get().passed_on == 1
    assert Task.objects.filter(key=f"handoff:{first.pk}").count() == 1


def test_whoever_answers_in_time_keeps_it(chain, as_rep):
    first, _ = chain
    as_rep.post(f"/api/v1/handoffs/{first.pk}/accept/")

    sweep(late(1))

    first.refresh_from_db()
    assert first.state == Handoff.State.ACCEPTED
    assert Handoff.objects.count() == 1


def test_who_was_silent_may_not_answer_any_more(chain, as_rep):
    first, _ = chain
    sweep(late(1))

    answer = as_rep.post(f"/api/v1/handoffs/{first.pk}/accept/")

    assert answer.status_code == 409


def test_nobody_else_means_the_manager_at_once(agreed, rep, sales_manager, ready):
    make_rule(rep)
    make_handoff(ready, to=rep)

    sweep(late(1))

    assert Handoff.objects.open().get().to == sales_manager


def test_offers_to_somebody_who_leaves_go_on(chain, rep):
    first, other = chain
    rep.is_active = False
    rep.save()

    counts = sweep(timezone.now()).counts

    assert counts["passed_on"] == 1
    following = Handoff.objects.open().get()
    assert (following.to, following.passed_on) == (other, 0)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("seed", range(50))
def test_killed_anywhere_and_repeated(chain, sales_manager, monkeypatch, seed):
    """The sweep dies at any of its steps, as often as it likes; in the end each step was taken once."""
    first, _ = chain
    chance = random.Random(seed)
    from leads.handoffs.services import telling

    for module, name in (
        (passing, "_hand_on"),
        (passing, "close"),
        (passing, "copied"),
        (telling, "write_down"),
        (telling, "tell"),
        (telling, "announce"),
    ):
        monkeypatch.setattr(module, name, _fragile(getattr(module, name), chance))

    for times in (1, 1, 2):
        _until_it_lives(late(times))
        Clock.objects.running().filter(due_at__lt=late(1)).update(due_at=late(1), warn_at=late(1))

    assert Handoff.objects.open().get().to == sales_manager
    chained = list(Handoff.objects.order_by("pk"))
    assert [row.passed_on for row in chained] == [0, 1, 2]
    assert [row.follows for row in chained] == [None, *chained[:2]]
    told = Notification.objects.exclude(key="").values_list("recipient", "key")
    assert len(told) == len(set(told))
    for handoff in chained:
        assert Notification.objects.filter(key=f"handoff:{handoff.pk}:offered").count() == 1
        assert Task.objects.filter(key=f"handoff:{handoff.pk}").count() == 1
        assert handoff.clock is not None
    breaches = Notification.objects.filter(kind="sla_breach", recipient=first.to)
    assert breaches.count() == 1


def _fragile(act, chance):
    def either(*args, **kwargs):
        if chance.random() < 0.2:
            raise Killed
        answer = act(*args, **kwargs)
        if chance.random() < 0.2:
            raise Killed
        return answer

    return either


def _until_it_lives(at):
    for _ in range(500):
        try:
            sweep(at)
        except Killed:
            continue
        return
    raise AssertionError("It never came through.")
