"""Offering leads to sales: what must hold, who is asked, and everything that begins with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.former import merged_away
from leads.handoffs import criteria
from leads.handoffs.entry import OFFERED_IN, Definition
from leads.handoffs.models import Handoff
from leads.handoffs.services import telling
from leads.merging.services import contacted_among, contacted_before
from leads.models import Lead
from leads.routing.services import any_rules, choose_people
from leads.services import change_stage
from portal.accounts.models import User
from portal.accounts.roles import Department
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.slas.services import Timed, start_clocks
from portal.todo.models import Task
from portal.todo.services import ask, settle_each

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from leads.handoffs.criteria import Check
    from portal.accounts.models import Team
    from portal.funnel.models import Stage

ANSWER, FIRST_CONTACT = "handoff_answer", "first_contact"
NO_RULES = "No routing rule is in force, so anybody in sales may take it."
HAS_IT = "They have this lead already."
RELATED = ("stage", "owner", "company", "campaign", "persona")


@dataclass(frozen=True)
class Addressee:
    """Who is asked, and why. Neither person nor team: the watched queue."""

    why: str
    to: User | None = None
    team: Team | None = None


@dataclass(frozen=True)
class Offer:
    """One lead with everything that its handoff begins with."""

    lead: Lead
    addressee: Addressee
    checks: Sequence[Check] = ()
    note: str = ""
    follows: Handoff | None = None
    passed_on: int = 0
    offered_by: User | None = None


def held(lead_id: int) -> Lead:
    """The lead with what its handoff shows, held against other writers. Always locked before a handoff."""
    if Lead.objects.select_for_update().only("pk").filter(pk=lead_id).first() is None:
        raise merged_away(lead_id)
    return Lead.objects.select_related(*RELATED).get(pk=lead_id)


# --- by a person ----------------------------------------------------------------------------------
@transaction.atomic
def offer_lead(
    *, lead: Lead, by: User, to: User | None = None, team: Team | None = None, note: str = ""
) -> Handoff:
    """Offer a lead to sales; whoever offers vouches for what the portal cannot check.

    Without ``to`` and ``team`` the routing rules choose. A lead that stands before the stage in
    which leads are offered enters it, since offering says that it meets the definition.
    """
    lead, at = held(lead.pk), timezone.now()
    definition = Definition()
    refuse(lead, definition)
    checks = definition.checks(lead)
    if lacking := criteria.missing(checks):
        raise RuleViolation(
            f"This lead cannot be offered yet. Missing: {_words(lacking)}.", code="incomplete"
        )
    if to is not None or team is not None:
        addressee = _named(to, team, by)
    else:
        addressee = addressees([lead], at=at)[lead.pk]
    offer = Offer(lead, addressee, checks, note.strip()[:300], offered_by=by)
    handoff = make([offer], definition, by=by, at=at)[0]
    _enter(lead, definition, by)
    return handoff


def refuse(lead: Lead, definition: Definition) -> None:
    """Raise what keeps this lead from being offered at all."""
    if lead.status != Lead.Status.OPEN:
        raise RuleViolation(
            f"This lead is {lead.get_status_display().lower()}, so it is not offered."
        )
    if lead.stage.kind not in ("lead", OFFERED_IN):
        raise RuleViolation(
            f"This lead is in the stage {lead.stage}: sales has taken it on already."
        )
    waiting = Handoff.objects.open().filter(lead=lead).select_related("to", "team").first()
    if waiting is not None:
        raise RuleViolation(f"This lead is offered to {waiting.addressee} already.", code="offered")
    if touch := contacted_before(lead):
        day = timezone.localtime(touch.occurred_at).date()
        raise RuleViolation(
            f"{touch.by} has been in contact with this person on {day}, so it is no new lead. "
            "Give it to them instead.",
            code="contacted",
        )


def _words(checks: Sequence[Check]) -> str:
    return ", ".join(check.line.rstrip(".") for check in checks)


def _named(to: User | None, team: Team | None, by: User) -> Addressee:
    """Somebody in sales whom a person chose."""
    if to is not None and not (
        to.is_active and to.department == Department.SALES and to.may("handoffs.accept_handoff")
    ):
        raise RuleViolation(f"{to} does not take leads on.")
    if team is not None and team.department != Department.SALES:
        raise RuleViolation(f"{team} is no team of sales.")
    return Addressee(f"Chosen by {by}.", to, None if to else team)


def _enter(lead: Lead, definition: Definition, by: User | None) -> None:
    stage = definition.stages[OFFERED_IN]
    if stage is not None and lead.stage.position < stage.position:
        change_stage(lead=lead, stage=stage, by=by, reason="Offered to sales")


# --- who is asked ---------------------------------------------------------------------------------
def addressees(
    leads: Sequence[Lead], *, at: datetime, without: Mapping[int, Collection[int]] | None = None
) -> dict[int, Addressee]:
    """Lead → who is asked: whoever of sales has it, then the rules, then the watched queue."""
    found: dict[int, Addressee] = {}
    for lead in leads:
        owner = lead.owner
        if owner is None or owner.pk in (without or {}).get(lead.pk, ()):
            continue
        if owner.is_active and owner.department == Department.SALES:
            found[lead.pk] = Addressee(HAS_IT, owner)
    free = [lead for lead in leads if lead.pk not in found]
    if free and not any_rules():
        return found | {lead.pk: Addressee(NO_RULES) for lead in free}
    choices = choose_people(leads=free, at=at, without=without) if free else {}
    people = User.objects.in_bulk({c.person for c in choices.values() if c.person})
    return found | {
        pk: Addressee(choice.reason[:300], people.get(choice.person or 0))
        for pk, choice in choices.items()
    }


# --- when leads become ready ------------------------------------------------------------------------
def offer_when_ready(
    *, lead_ids: Sequence[int], stage: Stage, by: User | None, at: datetime
) -> None:
    """Registered with leads.following: whoever enters the stage of offers is offered at once [R52].

    In the transaction that moved them. What lacks data goes back to whoever moved it, with the
    names of what is missing; what somebody else's act has offered already is left alone.
    """
    if stage.kind != OFFERED_IN or not any_rules():
        return
    ready = Lead.objects.filter(pk__in=lead_ids, status=Lead.Status.OPEN, stage=stage)
    waiting = Handoff.objects.open().filter(lead__in=lead_ids).order_by().values("lead")
    leads = list(ready.exclude(pk__in=waiting).select_related(*RELATED).order_by("pk"))
    known = contacted_among([lead.pk for lead in leads])
    offer_many([lead for lead in leads if lead.pk not in known], by=by, at=at)


def refuse_claim(lead: Lead, by: User) -> None:
    """Registered with leads.following: what one is asked about, nobody takes out of the pool meanwhile.

    The lead is locked by whoever claims and by whoever offers, so one of the two comes first.
    """
    asked = Handoff.objects.open().filter(lead=lead).select_related("to", "team").first()
    if asked is not None:
        raise RuleViolation(
            f"{lead} is offered to {asked.addressee}, and an offer is accepted or given back first.",
            code="offered",
        )


def offer_many(leads: Sequence[Lead], *, by: User | None, at: datetime) -> list[Handoff]:
    """Offer what is complete, each to whom the rules choose; say of the others what they lack."""
    definition = Definition()
    checked = {lead.pk: definition.checks(lead) for lead in leads}
    whole = [lead for lead in leads if not criteria.missing(checked[lead.pk])]
    for lead in leads:
        if lacking := criteria.missing(checked[lead.pk]):
            _say_incomplete(lead, lacking, by=by, at=at)
    chosen = addressees(whole, at=at)
    offers = [
        Offer(lead, chosen[lead.pk], checked[lead.pk], "Became ready", offered_by=by)
        for lead in whole
    ]
    return make(offers, definition, by=by, at=at)


def _say_incomplete(lead: Lead, lacking: Sequence[Check], *, by: User | None, at: datetime) -> None:
    text = f"Missing: {_words(lacking)}"
    record(actor=by, verb="handoff_incomplete", subject=lead, summary=text, at=at)
    people = [
        person
        for person in (by, lead.owner)
        if person is not None and person.is_active and person.department == Department.MARKETING
    ]
    ask(
        people[:1] or list(User.objects.managers_of(Department.MARKETING)),
        kind=Task.Kind.OTHER,
        title=f"Complete {lead} before it is offered. {text}"[:200],
        key=telling.incomplete_key(lead.pk),
        url=lead.get_absolute_url(),
    )


# --- the rows -------------------------------------------------------------------------------------
def make(
    offers: Sequence[Offer], definition: Definition, *, by: User | None, at: datetime
) -> list[Handoff]:
    """Handoffs with their clocks, told to whom they ask; as many queries as for one."""
    rows = [
        Handoff(
            lead=offer.lead,
            to=offer.addressee.to,
            team_id=_team_of(offer.addressee),
            offered_by=offer.offered_by,
            offered_at=at,
            why=offer.addressee.why[:300],
            note=offer.note,
            revision=definition.revision,
            checks=[check.as_json() for check in offer.checks],
            follows=offer.follows,
            passed_on=offer.passed_on,
        )
        for offer in offers
    ]
    try:
        with transaction.atomic():
            Handoff.objects.bulk_create(rows)
    except IntegrityError as error:
        raise RuleViolation("This lead has been offered meanwhile.", code="offered") from error
    _time(rows, at)
    telling.announce(rows, by=by, at=at)
    settle_each(telling.incomplete_key(offer.lead.pk) for offer in offers)
    return rows


def _team_of(addressee: Addressee) -> int | None:
    """The team that is asked, or that of the person: figures are about teams."""
    if addressee.team is not None:
        return addressee.team.pk
    return min(addressee.to.team_ids, default=None) if addressee.to is not None else None


def _time(rows: Sequence[Handoff], at: datetime) -> None:
    timed = [Timed(f"Accept or reject {row.lead}", row.get_absolute_url(), row.to) for row in rows]
    clocks = start_clocks(commitment=ANSWER, department=Department.SALES, timed=timed, at=at)
    for row, clock in zip(rows, clocks, strict=False):
        row.clock = clock
    if clocks:
        Handoff.objects.bulk_update(rows, ["clock"])
