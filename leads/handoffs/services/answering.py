"""Accepting, rejecting, taking back, first contact, and looking at rejections together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from leads.duplicates import CONTACTS, last_contacts
from leads.fields import lead_field
from leads.handoffs.entry import ACCEPTED_IN, OFFERED_IN, Definition
from leads.handoffs.models import Handoff
from leads.handoffs.services import telling
from leads.handoffs.services.offering import FIRST_CONTACT, Offer, addressees, held, make
from leads.merging.services import contacted_before
from leads.services import change_stage, give_lead
from portal.accounts.models import User
from portal.accounts.roles import Department
from portal.core.errors import RuleViolation
from portal.slas.models import Clock
from portal.slas.services import start_clock, stop_clock
from portal.todo.models import Task
from portal.todo.services import ask, settle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from leads.models import Lead, Touchpoint
    from portal.funnel.models import Stage

Ground, State, Verdict = Handoff.Ground, Handoff.State, Handoff.Verdict
ANSWER_COLUMNS = ["state", "answered_by", "answered_at", "ground", "comment", "fields"]


def locked(handoff: Handoff) -> Handoff:
    """The handoff as it is now, and its lead, both held. Always in this order: the lead first."""
    lead = held(Handoff.objects.values_list("lead", flat=True).get(pk=handoff.pk))
    rows = Handoff.objects.select_for_update(of=("self",))
    row = rows.select_related(
        "to", "team", "offered_by", "answered_by", "clock", "contact_clock"
    ).get(pk=handoff.pk)
    row.lead = lead
    return row


def close(handoff: Handoff, at: datetime) -> None:
    """Nobody owes an answer any longer."""
    handoff.save(update_fields=ANSWER_COLUMNS)
    stop_clock(clock=handoff.clock, at=at)
    settle(telling.task_key(handoff))


# --- accept ---------------------------------------------------------------------------------------
@transaction.atomic
def accept_handoff(*, handoff: Handoff, by: User) -> Handoff:
    """Sales takes the lead on: it is theirs, and the clock of the first contact begins."""
    handoff, at = locked(handoff), timezone.now()
    handoff.accept(by=by, at=at)
    if handoff.lead.is_lost:
        raise RuleViolation("This lead was marked as lost meanwhile. Take the offer back.")
    close(handoff, at)
    if handoff.lead.owner_id != by.pk:
        give_lead(lead=handoff.lead, owner=by, by=by, reason=f"Accepted. {handoff.why}"[:300])
    _move(handoff.lead, ACCEPTED_IN, by=by, reason="Accepted by sales")
    handoff.contact_clock = start_clock(
        commitment=FIRST_CONTACT,
        department=Department.SALES,
        title=f"First contact with {handoff.lead}",
        url=handoff.get_absolute_url(),
        at=at,
        owner=by,
    )
    handoff.save(update_fields=["contact_clock"])
    telling.write_down(handoff, "handoff_accepted", by=by, at=at)
    text = f"{by} has accepted {handoff.lead}."
    telling.tell(handoff, telling.side_of_marketing(handoff), text, by=by, step="accepted")
    return handoff


def _move(lead: Lead, kind: str, *, by: User | None, reason: str) -> None:
    """Forward to the stage of that kind, where there is one and the lead stands before it."""
    stage: Stage | None = Definition().stages[kind]
    if stage is not None and lead.stage.position < stage.position:
        change_stage(lead=lead, stage=stage, by=by, reason=reason)


# --- reject ---------------------------------------------------------------------------------------
@transaction.atomic
def reject_handoff(
    *, handoff: Handoff, by: User, reason: str, comment: str = "", fields: Sequence[str] = ()
) -> Handoff:
    """Give the lead back on one of the agreed grounds, each of which has its path.

    Procedural: routed again, without whoever was asked. Clerical: back to marketing, which is
    asked for the named fields. Definitional: onto the list that both sides look at.
    """
    handoff, at = locked(handoff), timezone.now()
    touch = last_contacts([handoff.lead_id], department=Department.SALES).get(handoff.lead_id)
    if handoff.is_open and touch is not None and touch.occurred_at >= handoff.offered_at:
        raise RuleViolation(
            f"{touch.by} has talked to them since, so it cannot be rejected any more. "
            "Accept it, then mark it as lost or send it back to an earlier stage."
        )
    wrong = [name for name in fields if lead_field(name) is None]
    if wrong:
        raise RuleViolation(f"A lead has no field called {', '.join(wrong)}.")
    handoff.reject(by=by, at=at, ground=reason, comment=comment.strip(), fields=fields)
    close(handoff, at)
    summary = f"{handoff.get_ground_display()}. {_what_is_wrong(handoff)}"
    telling.write_down(handoff, "handoff_rejected", by=by, at=at, summary=summary)
    PATHS[Ground(handoff.ground)](handoff, by, at)
    return handoff


def _what_is_wrong(handoff: Handoff) -> str:
    labels = [label_of(name) for name in handoff.fields]
    return ". ".join(part for part in (", ".join(labels), handoff.comment) if part)


def label_of(name: str) -> str:
    """What a named field is called."""
    known = lead_field(name)
    return known.label if known else name


def _route_again(handoff: Handoff, by: User, at: datetime) -> None:
    """Procedural: to somebody else. Nobody else free: the managers' queue."""
    without = everybody_asked(handoff) | {by.pk}
    lead = handoff.lead
    chosen = addressees([lead], at=at, without={lead.pk: without})[lead.pk]
    offer = Offer(lead, chosen, note=handoff.note, follows=handoff, offered_by=handoff.offered_by)
    again = copied(offer, handoff, by=by, at=at)
    whom = telling.side_of_marketing(handoff)
    text = f"{by} says that {lead} belongs to somebody else; {again.addressee} is asked now."
    telling.tell(handoff, whom, text, by=by, step="rejected")


def copied(offer: Offer, former: Handoff, *, by: User | None, at: datetime) -> Handoff:
    """What was checked of the lead still holds for the next one who is asked."""
    handoff = make([offer], Definition(), by=by, at=at)[0]
    handoff.checks = former.checks
    handoff.save(update_fields=["checks"])
    return handoff


def everybody_asked(handoff: Handoff) -> set[int]:
    """The people whom this offer and those that it follows have asked."""
    asked: set[int] = set()
    row: Handoff | None = handoff
    while row is not None:
        asked |= {
            pk
            for pk in (row.to_id, row.answered_by_id if row.state == State.REJECTED else None)
            if pk
        }
        row = row.follows
    return asked


def _ask_for_data(handoff: Handoff, by: User, at: datetime) -> None:
    """Clerical: a task with the fields named."""
    lead, wrong = handoff.lead, _what_is_wrong(handoff)
    people = telling.side_of_marketing(handoff)
    ask(
        people,
        kind=Task.Kind.OTHER,
        title=f"Put the data of {lead} right, then offer it again: {wrong}"[:200],
        key=telling.incomplete_key(lead.pk),
        url=lead.get_absolute_url(),
    )
    text = f"{by} gives {lead} back, because data is missing or wrong: {wrong}"
    telling.tell(handoff, people, text, by=by, step="rejected")


def _ask_for_review(handoff: Handoff, by: User, at: datetime) -> None:
    """Definitional: both sides hear of it."""
    people = {person.pk: person for person in telling.side_of_marketing(handoff)}
    for side in (Department.MARKETING, Department.SALES):
        people |= {person.pk: person for person in User.objects.managers_of(side)}
    text = f"{by} says that {handoff.lead} misses the agreed criteria: {handoff.comment}"
    telling.tell(handoff, list(people.values()), text, by=by, step="rejected")


PATHS = {
    Ground.PROCEDURAL: _route_again,
    Ground.CLERICAL: _ask_for_data,
    Ground.DEFINITIONAL: _ask_for_review,
}


# --- withdraw -------------------------------------------------------------------------------------
@transaction.atomic
def withdraw_handoff(*, handoff: Handoff, by: User | None, reason: str) -> Handoff:
    """Take the offer back before it is answered."""
    handoff, at = locked(handoff), timezone.now()
    handoff.withdraw(by=by, at=at, reason=reason.strip())
    close(handoff, at)
    telling.write_down(handoff, "handoff_withdrawn", by=by, at=at, summary=handoff.comment)
    if handoff.to is not None:
        text = f"{handoff.lead} is no longer offered to you: {handoff.comment}"
        telling.tell(handoff, [handoff.to], text, by=by, step="withdrawn")
    return handoff


# --- first contact --------------------------------------------------------------------------------
def contact_made(touches: Sequence[Touchpoint], at: datetime) -> None:
    """Registered with leads.following: the first call, mail or meeting of sales stops the clock."""
    by_us = [t for t in touches if t.lead_id and t.by_id and t.kind in CONTACTS]
    if not by_us:
        return
    accepted = Handoff.objects.filter(
        lead__in={touch.lead_id for touch in by_us}, state=State.ACCEPTED, contacted_at=None
    )
    rows = list(
        accepted.select_for_update(of=("self",))
        .select_related("lead", "contact_clock")
        .order_by("pk")
    )
    if not rows:
        return
    sellers = set(
        User.objects.filter(
            pk__in={touch.by_id for touch in by_us}, department=Department.SALES
        ).values_list("pk", flat=True)
    )
    for handoff in rows:
        moments = [
            touch.occurred_at
            for touch in by_us
            if touch.lead_id == handoff.lead_id
            and touch.by_id in sellers
            and touch.occurred_at >= handoff.offered_at
        ]
        if moments:
            _contacted(handoff, min(moments), at)


def _contacted(handoff: Handoff, moment: datetime, at: datetime) -> None:
    handoff.contact(at=moment)
    handoff.save(update_fields=["contacted_at"])
    stop_clock(clock=handoff.contact_clock, at=handoff.contacted_at or at)
    telling.write_down(handoff, "first_contacted", by=None, at=at)


# --- looking at it together -----------------------------------------------------------------------
@transaction.atomic
def review_handoff(*, handoff: Handoff, by: User, verdict: str, conclusion: str) -> Handoff:
    """What both sides conclude about a rejection by the definition.

    A lead that was rightly rejected goes back to the first stage; one that was not may be offered
    again.
    """
    handoff, at = locked(handoff), timezone.now()
    handoff.review(by=by, at=at, verdict=verdict, conclusion=conclusion.strip())
    handoff.save(update_fields=["verdict", "conclusion", "reviewed_at", "reviewed_by"])
    summary = f"{handoff.get_verdict_display()}. {handoff.conclusion}"
    telling.write_down(handoff, "handoff_reviewed", by=by, at=at, summary=summary)
    if handoff.verdict == Verdict.STANDS:
        _send_back(handoff.lead, by=by, reason=handoff.conclusion)
    people = [
        *telling.side_of_marketing(handoff),
        *([handoff.answered_by] if handoff.answered_by else []),
    ]
    telling.tell(handoff, people, f"{handoff.lead}: {summary}", by=by, step="reviewed")
    return handoff


def _send_back(lead: Lead, *, by: User, reason: str) -> None:
    stage = Definition().stages["lead"]
    is_waiting = Handoff.objects.open().filter(lead=lead).exists()
    if stage is not None and lead.stage.kind == OFFERED_IN and not (is_waiting or lead.is_lost):
        change_stage(lead=lead, stage=stage, by=by, reason=reason)


# --- after a merge --------------------------------------------------------------------------------
def after_merge(lead: Lead) -> None:
    """Registered with leads.moving. What sales works on already is no longer offered as new, and
    the clock of an offer that was set aside, because the other record had one too, stops."""
    at = timezone.now()
    for clock in Clock.objects.running().filter(
        commitment="handoff_answer", handoff=None, title__startswith="Accept or reject "
    ):
        stop_clock(clock=clock, at=at)
    waiting = Handoff.objects.open().filter(lead=lead).first()
    if waiting is not None and contacted_before(lead) is not None:
        withdraw_handoff(
            handoff=waiting,
            by=None,
            reason="Merged with a record of somebody whom sales has contacted already.",
        )
