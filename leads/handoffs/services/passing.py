"""Passing an offer on: after silence, when somebody has left, or because a manager says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from leads.handoffs.models import Handoff
from leads.handoffs.services import telling
from leads.handoffs.services.answering import close, copied, everybody_asked, locked
from leads.handoffs.services.offering import Addressee, Offer, addressees
from portal.accounts.models import User
from portal.accounts.roles import Department
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from leads.handoffs.querysets import HandoffQuerySet

#: After so many silences it is with a manager, where it stays.
WITH_A_MANAGER = 2
SILENCE = "Not answered in time."


def pass_on_unanswered(at: datetime) -> dict[str, int]:
    """Silence passes an offer to the next person, then to the manager. Safe to run twice, and at once.

    Each in a transaction of its own: the old offer ends and the next one begins, or neither. Only
    what has been told to be late is passed on, so that nobody hears of it the other way round.
    """
    late = _each(
        lambda: Handoff.objects.unanswered_at(at).filter(passed_on__lt=WITH_A_MANAGER), at, SILENCE
    )
    gone = _each(lambda: Handoff.objects.to_departed(), at, "They have left.")
    return {"passed_on": late + gone} if late + gone else {}


def _each(rows: Callable[[], HandoffQuerySet], at: datetime, reason: str) -> int:
    """Every handoff once: one that was not passed on (answered meanwhile) is not asked for again."""
    passed = 0
    for pk in list(rows().values_list("pk", flat=True)):
        with transaction.atomic():
            handoff = rows().filter(pk=pk).first()
            if handoff is None:
                continue
            handoff = locked(handoff)
            if rows().filter(pk=pk).exists():
                _pass_on(handoff, at, reason)
                passed += 1
    return passed


def _pass_on(handoff: Handoff, at: datetime, reason: str) -> Handoff:
    is_silence = reason == SILENCE
    addressee, rounds = _next(handoff, at, handoff.passed_on + is_silence)
    return _hand_on(handoff, addressee, rounds, by=None, at=at, reason=reason)


def _next(handoff: Handoff, at: datetime, rounds: int) -> tuple[Addressee, int]:
    """The next person by the rules; the manager after that, or where nobody else is there."""
    asked = everybody_asked(handoff)
    if rounds < WITH_A_MANAGER and handoff.to is not None:
        pk = handoff.lead_id
        found = addressees([handoff.lead], at=at, without={pk: asked})[pk]
        if found.to is not None:
            return found, rounds
    managers = list(User.objects.managers_of(Department.SALES).prefetch_related("teams"))
    manager = min(managers, key=lambda m: (not _shares_team(m, handoff), m.pk), default=None)
    why = f"{handoff.addressee.capitalize() if handoff.to is None else handoff.to} did not answer."
    return Addressee(why, manager), WITH_A_MANAGER


def _shares_team(manager: User, handoff: Handoff) -> bool:
    theirs = {handoff.team_id} if handoff.to is None else set(handoff.to.team_ids)
    return bool(theirs & {team.pk for team in manager.teams.all()})


def _hand_on(
    handoff: Handoff,
    addressee: Addressee,
    rounds: int,
    *,
    by: User | None,
    at: datetime,
    reason: str,
) -> Handoff:
    """The old offer ends and its follower begins, in one transaction."""
    handoff.expire(by=by, at=at, reason=reason)
    close(handoff, at)
    offer = Offer(
        handoff.lead,
        addressee,
        note=handoff.note,
        follows=handoff,
        passed_on=rounds,
        offered_by=handoff.offered_by,
    )
    following = copied(offer, handoff, by=by, at=at)
    summary = f"From {handoff.addressee} to {following.addressee}. {reason}"
    telling.write_down(handoff, "handoff_passed_on", by=by, at=at, summary=summary)
    if handoff.to is not None:
        text = f"{handoff.lead} is offered to {following.addressee} now. {reason}"
        telling.tell(handoff, [handoff.to], text, by=by, step="passed_on")
    return following


@transaction.atomic
def pass_on_handoff(*, handoff: Handoff, to: User, by: User, reason: str) -> Handoff:
    """A manager asks somebody else: what nobody was found for, or who cannot answer now."""
    handoff, at = locked(handoff), timezone.now()
    if not (
        to.is_active and to.department == Department.SALES and to.may("handoffs.accept_handoff")
    ):
        raise RuleViolation(f"{to} does not take leads on.")
    if handoff.to_id == to.pk:
        raise RuleViolation(f"{to} is asked already.")
    if not reason.strip():
        raise RuleViolation("Say why somebody else is asked.")
    addressee = Addressee(f"Asked by {by}: {reason.strip()}"[:300], to)
    return _hand_on(
        handoff, addressee, handoff.passed_on, by=by, at=at, reason=reason.strip()[:300]
    )
