"""Working on an opportunity: where it stands, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from campaigns.competitors.services import competitors_named
from leads import services as leads
from leads.models import Lead
from leads.opportunities.capture import usual_stage
from leads.opportunities.models import Opportunity, OpportunityChange, Outcome, Status
from leads.opportunities.naming import outcome_named
from leads.opportunities.services.saving import Line, keep, locked, save_opportunity, tell_owner
from portal.core.errors import RuleViolation
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.competitors.models import Competitor
    from leads.opportunities.models import OpportunityStage
    from portal.accounts.models import User

ENDED = (
    "stage",
    "stage_entered_at",
    "status",
    "closed_at",
    "lost_reason",
    "won_reason",
    "outcome_to",
    "competitor",
    "persona",
)


# --- where it stands --------------------------------------------------------------------------
@transaction.atomic
def move_opportunity(
    *,
    opportunity: Opportunity,
    stage: OpportunityStage,
    by: User,
    reason: str = "",
    seen: str = "",
) -> Opportunity:
    """Move along the board, forward or back.

    ``seen`` is the slug of the stage in which the person saw it; when somebody else moved it
    meanwhile, they are told instead of overruling without knowing.
    """
    opportunity, at = locked(opportunity), timezone.now()
    before = opportunity.stage
    if seen and seen != before.slug:
        raise RuleViolation(
            f"Somebody else moved {opportunity} to {before} meanwhile. Nothing was changed; look again.",
            code="taken",
        )
    opportunity.enter(stage, at=at)
    changed = (before, opportunity.amount)
    keep(opportunity, OpportunityChange.Kind.MOVED, by=by, at=at, before=changed, reason=reason)
    moved = {"from": before.slug, "to": stage.slug}
    line = Line("stage_changed", f"{before} → {stage}", fields=["stage"], data=moved)
    save_opportunity(opportunity, ["stage", "stage_entered_at"], line, by=by, at=at)
    tell_owner(opportunity, f"{opportunity} moved from {before} to {stage}.", by)
    return opportunity


# --- how it ended -----------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Ending:
    """Won or lost, and why.

    ``outcome_to`` says to whom it was lost; ``competitor`` (a row or a name, known or new) says
    which one. Neither keeps anybody from closing: what is not known stays empty.
    """

    status: str
    reason: str = ""
    outcome_to: str = ""
    competitor: Competitor | str | None = None

    def found(self) -> Competitor | None:
        """The competitor, made when the name is new. "No decision" is none, whoever writes it there."""
        if not isinstance(self.competitor, str):
            return self.competitor
        if outcome_named(self.competitor):
            return None
        return next(iter(competitors_named([self.competitor]).values()), None)

    @property
    def lost_to(self) -> str:
        """What was said on whom it was lost to, in either place."""
        text = self.competitor if isinstance(self.competitor, str) else ""
        return Outcome(self.outcome_to) if self.outcome_to else outcome_named(text)


@transaction.atomic
def close_opportunity(
    *, opportunity: Opportunity, ending: Ending, by: User, at: datetime | None = None
) -> Opportunity:
    """Won or lost, with the reasons. Winning makes its lead a customer.

    ``at`` is for what is written down later than it happened.
    """
    opportunity, now = locked(opportunity), timezone.now()
    if ending.status not in (Status.WON, Status.LOST):
        raise RuleViolation("Say whether the opportunity is won or lost.", code="invalid")
    moment = _closing_moment(opportunity, at, now)
    before = (opportunity.stage, opportunity.amount)
    opportunity.close(usual_stage(ending.status), at=moment)
    _say_why(opportunity, ending)
    if opportunity.lead is not None:
        opportunity.persona_id = opportunity.lead.persona_id
    is_won = opportunity.status == Status.WON
    reason = opportunity.won_reason if is_won else opportunity.lost_reason
    kind = OpportunityChange.Kind.WON if is_won else OpportunityChange.Kind.LOST
    keep(opportunity, kind, by=by, at=moment, before=before, reason=reason)
    verb = "won" if is_won else "lost"
    line = Line(verb, reason, fields=["status", "stage"], data=_told(opportunity))
    save_opportunity(opportunity, ENDED, line, by=by, at=now)
    if is_won and opportunity.lead is not None:
        _make_customer(opportunity.lead, by=by)
    tell_owner(opportunity, f"{opportunity} was closed as {verb}.", by)
    return opportunity


def _closing_moment(opportunity: Opportunity, at: datetime | None, now: datetime) -> datetime:
    if at is not None and at > now:
        raise RuleViolation("An opportunity cannot be closed in the future.", code="invalid")
    moment = at or now
    if at is not None and opportunity.is_created_known and moment < opportunity.created_at:
        raise RuleViolation("It cannot have been closed before it was opened.", code="invalid")
    return moment


def _say_why(opportunity: Opportunity, ending: Ending) -> None:
    """Reasons and the competitor, each where it belongs.

    Somebody who names a competitor has said to whom it was lost, unless they say otherwise.
    """
    reason, competitor = ending.reason.strip()[:300], ending.found()
    if competitor is not None:
        opportunity.competitors.add(competitor)
    if ending.status == Status.WON:
        opportunity.won_reason = reason
        return
    opportunity.lost_reason = reason
    lost_to = ending.lost_to or (Outcome.COMPETITOR if competitor is not None else "")
    opportunity.outcome_to = lost_to
    opportunity.competitor = competitor if lost_to == Outcome.COMPETITOR else None


def _told(opportunity: Opportunity) -> dict[str, str]:
    """What the history keeps beside the reason: to whom it was lost."""
    lost_to = {"outcome_to": opportunity.outcome_to} if opportunity.outcome_to else {}
    return lost_to | ({"competitor": str(opportunity.competitor)} if opportunity.competitor else {})


@transaction.atomic
def reopen_opportunity(
    *, opportunity: Opportunity, by: User, reason: str, stage: OpportunityStage | None = None
) -> Opportunity:
    """Back to work, in the stage from which it was closed or in the one that is named."""
    if not reason.strip():
        raise RuleViolation("Say why the opportunity is opened again.", code="invalid")
    opportunity, at = locked(opportunity), timezone.now()
    before, was_won = (opportunity.stage, opportunity.amount), opportunity.status == Status.WON
    if not opportunity.is_open:
        stage = stage or _left(opportunity)
        if not stage.is_open:
            raise RuleViolation(f"{stage.name} is no open stage.", code="invalid")
    opportunity.reopen(stage or opportunity.stage, at=at)
    kind = OpportunityChange.Kind.REOPENED
    keep(opportunity, kind, by=by, at=at, before=before, reason=reason.strip())
    line = Line("reopened", reason.strip(), fields=["status", "stage"])
    save_opportunity(opportunity, ENDED, line, by=by, at=at)
    if was_won and opportunity.lead is not None:
        _take_back(opportunity, by=by)
    tell_owner(opportunity, f"{opportunity} was opened again: {reason.strip()}", by)
    return opportunity


def _left(opportunity: Opportunity) -> OpportunityStage:
    """The open stage that it was closed from; the first one where that is not known."""
    closed = opportunity.changes.filter(
        kind__in=(OpportunityChange.Kind.WON, OpportunityChange.Kind.LOST)
    )
    last = closed.select_related("from_stage").first()
    stage = last.from_stage if last else None
    return stage if stage and stage.is_open and stage.is_active else usual_stage(Status.OPEN)


# --- what it means for the lead ------------------------------------------------------------------
def stage_of_kind(kind: str) -> Stage | None:
    """The stage of the funnel in force for a standard term; None where it has none."""
    return Stage.objects.active().filter(kind=kind).first()


def _make_customer(lead: Lead, *, by: User) -> None:
    """A lead that bought is a customer, wherever it stood."""
    stage = stage_of_kind(Stage.Kind.CUSTOMER)
    if stage is None or lead.status == Lead.Status.WON:
        return
    if lead.is_lost:
        lead = leads.reopen_lead(lead=lead, reason="Its opportunity was won", by=by)
    if lead.stage_id != stage.pk:
        leads.change_stage(lead=lead, stage=stage, by=by, reason="Its opportunity was won")


def _take_back(opportunity: Opportunity, *, by: User) -> None:
    """A sale that is not won after all makes no customer, unless another one does."""
    others = Opportunity.objects.filter(lead=opportunity.lead_id, status=Status.WON)
    lead = Lead.objects.select_related("stage").get(pk=opportunity.lead_id)
    stage = stage_of_kind(Stage.Kind.OPPORTUNITY)
    if lead.status == Lead.Status.WON and stage is not None and not others.exists():
        reason = "Its opportunity was opened again"
        leads.change_stage(lead=lead, stage=stage, by=by, reason=reason)
