"""What rooms that stand on leads do when something happens to a lead, inside the same transaction.

Rooms register at start-up, as they do with the timeline; the noun knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from datetime import datetime

    from leads.models import Lead, Touchpoint
    from portal.accounts.models import User
    from portal.funnel.models import Stage


class What(StrEnum):
    """What of a lead has changed: its own fields, or what it did."""

    LEAD = "lead"
    TOUCH = "touch"


Changed = Callable[["Collection[int]", What], object]
Entered = Callable[..., object]
Touched = Callable[["Sequence[Touchpoint]", "datetime"], object]
Claimed = Callable[["Lead", "User"], object]
_CLAIMED: list[Claimed] = []
_CHANGED: list[Changed] = []
_ENTERED: list[Entered] = []
_TOUCHED: list[Touched] = []


def when_changed(act: Changed) -> None:
    """``act(lead_ids, what)`` is called after leads have changed or done something.

    Whole files and bulk acts do not announce each lead: ``updated_at`` tells those.
    """
    if act not in _CHANGED:
        _CHANGED.append(act)


def when_claimed(act: Claimed) -> None:
    """``act(lead, by)`` is called before somebody takes a lead out of the pool, and may refuse it.

    It changes nothing: whoever only offers the act asks it as well.
    """
    if act not in _CLAIMED:
        _CLAIMED.append(act)


def when_stage_entered(act: Entered) -> None:
    """``act(lead_ids=, stage=, by=, at=)`` is called after leads have moved to a stage."""
    if act not in _ENTERED:
        _ENTERED.append(act)


def when_touched(act: Touched) -> None:
    """``act(touches, at)`` is called after new touches are stored, those of unknown visitors too."""
    if act not in _TOUCHED:
        _TOUCHED.append(act)


def changed(lead_ids: Collection[int], what: What) -> None:
    for act in _CHANGED if lead_ids else ():
        act(lead_ids, what)


def claimed(lead: Lead, by: User) -> None:
    for act in _CLAIMED:
        act(lead, by)


def may_be_claimed(lead: Lead, by: User) -> bool:
    """Whether nobody has it, ``by`` may take it, and nothing that follows leads forbids it now."""
    if lead.owner_id is not None or not by.may("leads.claim_lead"):
        return False
    try:
        claimed(lead, by)
    except RuleViolation:
        return False
    return True


def stage_entered(*, lead_ids: Sequence[int], stage: Stage, by: User | None, at: datetime) -> None:
    for act in _ENTERED:
        act(lead_ids=lead_ids, stage=stage, by=by, at=at)


def touched(touches: Sequence[Touchpoint], at: datetime) -> None:
    for act in _TOUCHED:
        act(touches, at)
