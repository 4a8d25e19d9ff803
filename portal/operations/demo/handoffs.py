"""Rules of routing, somebody on holiday, and handoffs with every ending: accepted, given back on each
ground, passed on after silence, and some that wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from django.utils import timezone

from leads import services as lead_services
from leads.handoffs import services
from leads.handoffs.models import Handoff
from leads.models import Lead
from leads.reading import prepare
from leads.routing.models import RoutingRule, Territory
from leads.routing.services import add_absence, save_rule
from personas.models import Persona
from portal.accounts.models import Team
from portal.core.errors import RuleViolation
from portal.funnel.models import Stage
from portal.operations.demo.leads import COUNT, person
from portal.operations.demo.past import at

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User
    from portal.operations.demo.leads import Setting

SOUTH = ["Spain", "Portugal", "Italy"]
#: Ending of each handoff and how many days ago the lead became ready; the last ones wait still.
STORIES = [
    ("accepted", 48), ("accepted", 45), ("clerical", 43), ("accepted", 40), ("definitional", 37),
    ("accepted", 34), ("procedural", 30), ("accepted", 27), ("silence", 24), ("accepted", 20),
    ("accepted", 17), ("clerical", 13), ("accepted", 10), ("definitional", 7), ("accepted", 5),
    ("accepted", 3), ("waiting", 0.2), ("waiting", 0.15), ("waiting", 0.1),
]  # fmt: skip
COMMENTS = {
    "procedural": "Their depots are in the south, I only know the north",
    "clerical": "The number leads to a fax",
    "definitional": "Eight vehicles; we agreed on at least twenty",
}


def make_handoffs(setting: Setting) -> None:
    """With chance of their own, so that the other stories stay as they are."""
    setting = replace(setting, random=Random(52))
    _make_rules(setting)
    for number, (ending, days) in enumerate(STORIES, start=1):
        _live(setting, ending, setting.now - timedelta(days=days), COUNT + 200 + number)
    _conclude(setting)


def _make_rules(setting: Setting) -> None:
    manager, day = setting.people["manager.sales"], setting.now - timedelta(days=50)
    with at(day):
        condition = {"field": "country", "op": "is", "value": SOUTH}
        south = Territory.objects.create(name="South", condition=condition)
        teams = {team.name: team for team in Team.objects.filter(name__startswith="Sales")}
        for position, name, values in (
            (10, "South", {"territory": south, "team": teams["Sales south"], "capacity": 60}),
            (20, "Everywhere else", {"team": teams["Sales north"], "catches_up": True}),
        ):
            values |= {"name": name, "position": position}
            save_rule(rule=RoutingRule(), values=values, by=manager)
    today = timezone.localdate(setting.now)
    with at(setting.now - timedelta(days=4)):
        add_absence(
            person=setting.people["owen.clarke"],
            first_on=today - timedelta(days=2),
            last_on=today + timedelta(days=5),
            by=setting.people["owen.clarke"],
        )


def _live(setting: Setting, ending: str, day: datetime, number: int) -> None:
    lead = _made(setting, day - timedelta(days=1), number)
    if lead is None:
        return
    stage = Stage.objects.active().get(kind="mql")
    by = setting.people["marketer2"]
    with at(day):
        lead_services.change_stage(lead=lead, stage=stage, by=by, reason="Asked to be called")
    handoff = Handoff.objects.open().filter(lead=lead).first()
    if handoff is not None and ending != "waiting":
        _end(setting, handoff, ending, day + timedelta(hours=setting.random.uniform(0.5, 6)))


def _made(setting: Setting, day: datetime, number: int) -> Lead | None:
    """A person who fits a persona and of whom everything is known."""
    fields, _ = person(setting, number)
    name = f"{fields['first_name']}.{fields['last_name']}".lower()
    fields["email"] = f"{name}{number}@{fields['company.domain']}"
    with at(day):
        try:
            lead = lead_services.create_lead(
                prepared=prepare(fields), by=setting.people["marketer2"]
            )
        except RuleViolation:
            return None
    if lead.persona_id is None:
        persona = Persona.objects.in_force().order_by("pk").first()
        with at(day):
            lead = lead_services.choose_persona(
                lead=lead, persona=persona, by=setting.people["marketer2"]
            )
    return lead


def _end(setting: Setting, handoff: Handoff, ending: str, day: datetime) -> None:
    asked: User | None = handoff.to
    if ending == "silence" or asked is None:
        with at(day + timedelta(days=4)):
            services.pass_on_handoff(
                handoff=handoff,
                to=setting.people["priya.nair"],
                by=setting.people["manager.sales"],
                reason="No answer for three days",
            )
        return
    with at(min(day, setting.now)):
        if ending == "accepted":
            services.accept_handoff(handoff=handoff, by=asked)
        else:
            fields = ["phone"] if ending == "clerical" else []
            services.reject_handoff(
                handoff=handoff, by=asked, reason=ending, comment=COMMENTS[ending], fields=fields
            )
    call = day + timedelta(hours=setting.random.uniform(1, 30))
    if ending == "accepted" and call < setting.now:
        with at(call):
            contact = lead_services.Contact(kind="call", outcome="Reached, wants the sheet")
            lead_services.log_touchpoint(lead=handoff.lead, contact=contact, by=asked)


def _conclude(setting: Setting) -> None:
    """The older rejection by the definition has been talked about."""
    oldest = Handoff.objects.to_review().order_by("offered_at").first()
    if oldest is not None:
        with at(oldest.offered_at + timedelta(days=6)):
            services.review_handoff(
                handoff=oldest,
                verdict=Handoff.Verdict.STANDS,
                conclusion="Fewer than twenty vehicles is what we wrote down",
                by=setting.people["manager.marketing"],
            )
