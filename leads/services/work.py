"""Working on a lead: who has it, where it stands, what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leads.fits import match_lead
from leads.following import claimed, stage_entered
from leads.models import Assignment, Lead, StageChange
from leads.services.saving import Line, locked, save_lead
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.notifications.services import notify

if TYPE_CHECKING:
    from datetime import date

    from personas.models import Persona
    from portal.accounts.models import User
    from portal.funnel.models import Stage


# --- who has it -------------------------------------------------------------------------------
@transaction.atomic
def assign_lead(
    *, lead: Lead, owner: User | None, by: User, reason: str, seen_owner: int | None | str = ""
) -> Lead:
    """Give a lead to somebody, or back to its team's pool.

    ``seen_owner`` is the owner whom the person had before them (None: nobody); when somebody else
    has it by now, they are told instead of overruling without knowing.
    """
    if seen_owner != "" and seen_owner != lead.owner_id:
        raise _taken(lead)
    if not reason.strip():
        raise RuleViolation("Say why the lead gets another owner.")
    check_owner(lead, owner, by)
    return _hand(lead, owner, by=by, reason=reason.strip(), verb="assigned")


@transaction.atomic
def claim_lead(*, lead: Lead, by: User) -> Lead:
    """Take a lead out of the pool. Of several who try at once, one gets it."""
    if lead.owner_id == by.pk:
        return lead
    if lead.owner_id is not None:
        raise _taken(lead)
    claimed(locked(lead), by)
    return _hand(lead, by, by=by, reason="Taken from the pool", verb="claimed")


@transaction.atomic
def give_lead(*, lead: Lead, owner: User | None, reason: str, by: User | None = None) -> Lead:
    """A rule or an agreement gives the lead to somebody, or back to its team's pool.

    Whether ``by`` may is for the act behind it to know; without ``by`` the portal itself does it.
    """
    return _hand(lead, owner, by=by, reason=reason, verb="assigned")


def check_owner(lead: Lead, owner: User | None, by: User) -> None:
    """Raise what hinders ``by`` from giving the lead to ``owner``."""
    if owner is not None and not (owner.is_active and owner.may("leads.change_lead")):
        raise RuleViolation(f"{owner} cannot work on leads.")
    if by.reaches_all("leads.assign_lead"):
        return
    if lead.owner_id != by.pk:
        raise RuleViolation(
            "You can give back your own leads. Take one from the pool, or ask a manager."
        )
    if owner is not None:
        raise RuleViolation(
            "You can give this lead back to your team; a manager can give it to somebody else."
        )


def _hand(lead: Lead, owner: User | None, *, by: User | None, reason: str, verb: str) -> Lead:
    """One conditional update decides between people who act at once, on every database."""
    before, at = lead.owner, timezone.now()
    lead.give_to(owner)
    won = Lead.objects.filter(pk=lead.pk, owner=before).update(
        owner=owner, team_id=lead.team_id, updated_at=at, version=F("version") + 1
    )
    if not won:
        raise _taken(lead)
    lead.refresh_from_db(fields=["version", "updated_at", "owner", "team"])
    Assignment.objects.create(
        lead=lead, from_owner=before, to_owner=owner, at=at, by=by, reason=reason[:300]
    )
    data = {"fields": ["owner"], "version": lead.version, "to": owner.pk if owner else None}
    record(actor=by, verb=verb, subject=lead, summary=reason, data=data, at=at)
    url = lead.get_absolute_url()
    if owner is not None:
        text = f"{lead} is now yours: {reason}"
        notify(owner, text, kind="lead_assigned", url=url, actor=by, about=lead)
    if before is not None:
        gone = f"went to {owner}" if owner else "went back to the pool"
        notify(before, f"{lead} {gone}: {reason}", kind="lead_assigned", url=url, actor=by)
    return lead


def _taken(lead: Lead) -> RuleViolation:
    """Names whoever has it now."""
    now = Lead.objects.select_related("owner").filter(pk=lead.pk).first()
    if now is None:
        return RuleViolation("This lead no longer exists.", code="taken")
    if now.owner is None:
        return RuleViolation(
            "This lead went back to the pool meanwhile. Look at it again.", code="taken"
        )
    return RuleViolation(f"{now.owner} has this lead already.", code="taken")


# --- where it stands --------------------------------------------------------------------------
@transaction.atomic
def change_stage(*, lead: Lead, stage: Stage, by: User | None, reason: str = "") -> Lead:
    """Move a lead along the funnel, or back with a reason. Judged by the definition in force."""
    lead, at = locked(lead), timezone.now()
    before = lead.stage
    lead.enter(stage, at=at, revision_id=stage.revision_id)
    if stage.position < before.position and not reason.strip():
        raise RuleViolation("Say why the lead goes back to an earlier stage.")
    columns = ["stage", "stage_revision", "stage_entered_at", "reached", "status", "converted_at"]
    StageChange.objects.create(
        lead=lead,
        from_stage=before,
        to_stage=stage,
        at=at,
        by=by,
        reason=reason.strip()[:300],
        revision_id=stage.revision_id,
    )
    moved = {"from": before.slug, "to": stage.slug}
    line = Line("stage_changed", f"{before} → {stage}", fields=["stage", "status"], data=moved)
    save_lead(lead, columns, line, by=by, at=at)
    _tell_owner(lead, f"{lead} moved from {before} to {stage}.", by)
    stage_entered(lead_ids=[lead.pk], stage=stage, by=by, at=at)
    return lead


@transaction.atomic
def mark_lost(*, lead: Lead, reason: str, by: User) -> Lead:
    lead, at = locked(lead), timezone.now()
    lead.lose(reason.strip(), at=at)
    columns = ["status", "lost_reason", "lost_at"]
    save_lead(lead, columns, Line("lost", lead.lost_reason), by=by, at=at)
    _tell_owner(lead, f"{lead} was marked as lost: {lead.lost_reason}", by)
    return lead


@transaction.atomic
def reopen_lead(*, lead: Lead, reason: str, by: User) -> Lead:
    lead, at = locked(lead), timezone.now()
    lead.reopen()
    columns = ["status", "lost_reason", "lost_at"]
    save_lead(lead, columns, Line("reopened", reason.strip()), by=by, at=at)
    _tell_owner(lead, f"{lead} was reopened.", by)
    return lead


def _tell_owner(lead: Lead, text: str, by: User | None) -> None:
    if lead.owner is not None:
        url = lead.get_absolute_url()
        notify(lead.owner, text, kind="lead_changed", url=url, actor=by, about=lead)


# --- what comes next, and what they say ---------------------------------------------------------
@transaction.atomic
def set_next_step(*, lead: Lead, text: str, on: date | None, by: User) -> Lead:
    """What happens next, and when; both empty means nothing is planned."""
    lead = locked(lead)
    lead.next_step, lead.next_step_on = text.strip()[:200], on
    columns = ["next_step", "next_step_on"]
    save_lead(lead, columns, Line("next_step_set", lead.next_step), by=by, at=timezone.now())
    return lead


@transaction.atomic
def set_source_told(*, lead: Lead, state: str, by: User, text: str = "", detail: str = "") -> Lead:
    """What the person answered to "How did you hear about us?", who asked, and when [R59].

    ``detail`` is what they added to an answer of the list.
    """
    lead, now = locked(lead), timezone.now()
    was_told = state == Lead.Heard.TOLD
    answer = text.strip()[:300]
    if was_told and not answer:
        raise RuleViolation("Write down what they said, or choose that they cannot recall.")
    lead.heard_state = Lead.Heard(state)
    lead.heard_about_us = answer if was_told else ""
    lead.heard_detail = detail.strip()[:300] if was_told else ""
    was_asked = state != Lead.Heard.NOT_ASKED
    lead.heard_asked_by, lead.heard_asked_at = (by, now) if was_asked else (None, None)
    columns = ["heard_state", "heard_about_us", "heard_detail", "heard_asked_by", "heard_asked_at"]
    save_lead(lead, columns, Line("source_told", fields=["heard_about_us"]), by=by, at=now)
    return lead


@transaction.atomic
def choose_persona(*, lead: Lead, persona: Persona | None, by: User) -> Lead:
    """A person overrules the computed fit; None hands the choice back to the computation."""
    lead = locked(lead)
    if persona is not None and (
        persona.document.in_force_id is None or persona.document.retired_at
    ):
        raise RuleViolation("Choose a persona that is in force.")
    lead.persona, lead.persona_chosen_by = persona, by if persona else None
    lead.persona_revision_id = persona.document.in_force_id if persona else None
    if persona is None:
        match_lead(lead)
    columns = ["persona", "persona_chosen_by", "persona_revision"]
    summary = persona.title if persona else f"Computed: {lead.persona or 'fits none'}"
    save_lead(lead, columns, Line("persona_chosen", summary, ["persona"]), by=by, at=timezone.now())
    return lead
