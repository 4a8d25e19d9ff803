"""Many at once: nobody gets a lead twice, none is lost, turns stay fair, capacity holds [R52]."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.utils import timezone

from leads.handoffs.models import Handoff
from leads.handoffs.services import accept_handoff, offer_lead, pass_on_unanswered, reject_handoff
from leads.routing.models import RoutingRule, Seat
from leads.services import change_stage
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from portal.slas.models import Clock
from tests.factories import (
    make_commitment,
    make_handoff,
    make_lead,
    make_rule,
    make_sla,
    make_stage,
    make_stages,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)
WORKERS = 16


def all_at_once(acts):
    """Run the acts from as many threads as there are; what each answered or was refused with."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("An in-memory database has one connection.")
    start = threading.Barrier(min(len(acts), WORKERS))

    def run(act):
        try:
            if len(acts) <= WORKERS:
                start.wait(timeout=60)
            return _patiently(act)
        except RuleViolation as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(min(len(acts), WORKERS)) as pool:
        return list(pool.map(run, acts))


def _patiently(act):
    """SQLite lets one write at a time; whoever waited too long for their turn asks again."""
    while True:
        try:
            return act()
        except OperationalError as error:
            if "locked" not in str(error):
                raise


def test_two_hundred_leads_from_sixteen_workers_are_dealt_fairly():
    make_stages()
    marketer, stage = make_user(Role.MARKETER), make_stage("mql")
    people = [make_user(Role.REP) for _ in range(4)]
    make_rule(*people, weights=[4, 3, 2, 1])
    leads = [make_lead() for _ in range(200)]

    all_at_once(
        [lambda lead=lead: change_stage(lead=lead, stage=stage, by=marketer) for lead in leads]
    )

    handoffs = Handoff.objects.open()
    assert handoffs.count() == 200
    assert set(handoffs.values_list("lead", flat=True)) == {lead.pk for lead in leads}
    counts = Counter(handoffs.values_list("to", flat=True))
    for person, due in zip(people, (80, 60, 40, 20), strict=True):
        assert abs(counts[person.pk] - due) <= 1


def test_capacity_is_never_passed():
    make_stages()
    marketer = make_user(Role.MARKETER)
    people = [make_user(Role.REP) for _ in range(2)]
    make_rule(*people, capacity=5)
    leads = [make_lead(stage="mql") for _ in range(32)]

    all_at_once([lambda lead=lead: offer_lead(lead=lead, by=marketer) for lead in leads])

    counts = Counter(Handoff.objects.open().values_list("to", flat=True))
    assert [counts[person.pk] for person in people] == [5, 5]
    assert counts[None] == 22


def test_of_two_who_offer_the_same_lead_one_does():
    make_stages()
    lead = make_lead(stage="mql")
    offers = [make_user(Role.MARKETER) for _ in range(8)]

    answers = all_at_once([lambda by=by: offer_lead(lead=lead, by=by) for by in offers])

    assert Handoff.objects.count() == 1
    assert sum(isinstance(answer, RuleViolation) for answer in answers) == 7


def test_of_many_who_accept_at_once_one_has_it():
    make_stages()
    team = make_team()
    mates = [make_user(Role.REP, teams=[team]) for _ in range(8)]
    handoff = make_handoff(team=team)

    answers = all_at_once([lambda by=by: accept_handoff(handoff=handoff, by=by) for by in mates])

    handoff.refresh_from_db()
    handoff.lead.refresh_from_db()
    assert sum(isinstance(answer, RuleViolation) for answer in answers) == 7
    assert handoff.lead.owner == handoff.answered_by
    assert handoff.lead.assignments.count() == 1


def test_accepting_and_rejecting_at_once_is_one_answer():
    make_stages()
    handoff = make_handoff()

    answers = all_at_once(
        [
            lambda: accept_handoff(handoff=handoff, by=handoff.to),
            lambda: reject_handoff(
                handoff=handoff, by=handoff.to, reason="procedural", comment="Not mine"
            ),
        ]
    )

    assert sum(isinstance(answer, RuleViolation) for answer in answers) == 1
    handoff.refresh_from_db()
    is_accepted = handoff.state == Handoff.State.ACCEPTED
    assert Handoff.objects.open().count() == (0 if is_accepted else 1)


def test_answering_just_as_silence_passes_it_on():
    make_user(Role.MANAGER, "marketing"), make_user(Role.MANAGER)
    make_stages()
    make_sla(commitments=[make_commitment("handoff_answer", "sales", "8")], agreed=True)
    one, other = make_user(Role.REP), make_user(Role.REP)
    make_rule(one, other)
    now = timezone.now()
    for _ in range(4):
        handoff = make_handoff(to=one)
        Clock.objects.filter(pk=handoff.clock.pk).update(
            started_at=now.replace(year=2020), due_at=now.replace(year=2021), breached_at=now
        )
        all_at_once(
            [
                lambda handoff=handoff: accept_handoff(handoff=handoff, by=one),
                lambda: pass_on_unanswered(timezone.now()),
                lambda: pass_on_unanswered(timezone.now()),
            ]
        )
        handoff.refresh_from_db()
        following = Handoff.objects.filter(follows=handoff).count()
        assert following == (0 if handoff.state == Handoff.State.ACCEPTED else 1)
        assert handoff.state in {Handoff.State.ACCEPTED, Handoff.State.EXPIRED}


def test_a_manager_edits_and_a_rep_leaves_meanwhile():
    from leads.routing.services import save_rule

    make_stages()
    marketer, manager = make_user(Role.MARKETER), make_user(Role.MANAGER)
    people = [make_user(Role.REP) for _ in range(3)]
    rule = make_rule(*people)
    leads = [make_lead(stage="mql") for _ in range(48)]

    def edit():
        save_rule(rule=RoutingRule.objects.get(pk=rule.pk), values={"capacity": 90}, by=manager)

    def leave():
        type(people[0]).objects.filter(pk=people[0].pk).update(is_active=False)

    acts = [lambda lead=lead: offer_lead(lead=lead, by=marketer) for lead in leads]
    acts[10:10], acts[20:20] = [edit], [leave]
    answers = all_at_once(acts)

    assert not [answer for answer in answers if isinstance(answer, RuleViolation)]
    assert Handoff.objects.open().count() == 48
    pass_on_unanswered(timezone.now())
    waiting = Counter(Handoff.objects.open().values_list("to", flat=True))
    assert people[0].pk not in waiting
    assert sum(waiting.values()) == 48
    assert Seat.objects.filter(rule=rule).count() == 3
