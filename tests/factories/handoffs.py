from __future__ import annotations

import itertools

from leads.handoffs.services import offer_lead
from leads.routing.models import RoutingRule, Seat
from portal.accounts.roles import Role
from tests.factories.leads import make_lead, make_stages
from tests.factories.people import make_user

_numbers = itertools.count(1)


def make_handoff(lead=None, *, to=None, by=None, **options):
    """An open handoff to somebody in sales."""
    make_stages()
    lead = lead or make_lead(stage="mql", source="Web")
    to = to or (make_user(Role.REP) if "team" not in options else None)
    return offer_lead(lead=lead, by=by or make_user(Role.MARKETER), to=to, **options)


def make_rule(*people, name=None, weights=(), **fields):
    """A routing rule under which these people take turns, weighted where weights are given."""
    rule = RoutingRule.objects.create(name=name or f"Rule {next(_numbers)}", **fields)
    for index, person in enumerate(people):
        Seat.objects.create(rule=rule, person=person, weight=weights[index] if weights else 1)
    return rule
