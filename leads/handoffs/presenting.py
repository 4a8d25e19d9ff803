"""What the page of a handoff shows: the pack with which sales decides before they call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from leads.facts import facts_of, fit_of, sources_of
from leads.handoffs.services.answering import label_of
from leads.outreach.recommending import recommended
from leads.outreach.services import previews
from leads.timeline import timeline_of
from portal.accounts.policy import masked_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leads.handoffs.models import Handoff
    from leads.models import Lead
    from portal.accounts.models import User
    from portal.slas.models import Clock

NEWEST = 8
POINTS = 3


@dataclass(frozen=True)
class ClockLine:
    """A running or stopped clock in words."""

    clock: Clock
    label: str
    state: str


def pack_of(handoff: Handoff, reader: User, *, sees_lead: bool) -> dict[str, Any]:
    """Why now, who they are, why they fit, where they came from, what happened, what to say.

    Who is asked needs all of it to answer. Afterwards the lead is told only to those who see it.
    """
    pack = {
        "clocks": clocks_of(handoff),
        "fields_named": [label_of(name) for name in handoff.fields],
        "tells_lead": sees_lead or handoff.is_open,
    }
    return pack | _told(handoff.lead, reader) if pack["tells_lead"] else pack


def _told(lead: Lead, reader: User) -> dict[str, Any]:
    hidden = masked_fields(reader, "leads.lead")
    points = []
    if reader.may("talking_points.use_talkingpoint"):
        points = previews(recommended(lead, user=reader)[:POINTS], lead=lead, sender=reader)
    return {
        "facts": facts_of(lead, hidden),
        "sources": sources_of(lead, may_see_touches=reader.may("leads.view_touchpoint")),
        "fit": fit_of(lead, hidden),
        "entries": timeline_of(lead, reader, size=NEWEST).entries,
        "points": points,
    }


def clocks_of(handoff: Handoff) -> Sequence[ClockLine]:
    now = timezone.now()
    pairs = ((handoff.clock, "Answer"), (handoff.contact_clock, "First contact"))
    return [ClockLine(clock, label, clock.state(now)) for clock, label in pairs if clock]
