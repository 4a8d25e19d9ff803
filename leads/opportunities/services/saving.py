"""What every act on an opportunity has in common: a fresh row, a higher version, the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leads.opportunities.models import Opportunity, OpportunityChange
from leads.services.saving import Line
from portal.activity.services import record
from portal.notifications.services import notify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from leads.opportunities.models import OpportunityStage
    from portal.accounts.models import User

__all__ = ["Line", "keep", "locked", "save_opportunity", "tell_owner"]


def locked(opportunity: Opportunity) -> Opportunity:
    """The opportunity as it is now, held against other writers until the transaction ends.

    SQLite has no row locks; there the transaction itself holds the only writer's place. Locked
    without its relations: PostgreSQL finds no row at all when one of them changed while it waited.
    """
    Opportunity.objects.select_for_update().only("pk").get(pk=opportunity.pk)
    related = ("stage", "owner", "lead", "product", "company")
    return Opportunity.objects.select_related(*related).get(pk=opportunity.pk)


def save_opportunity(
    opportunity: Opportunity, columns: Sequence[str], line: Line, *, by: User, at: datetime
) -> None:
    """Save only what changed. The line carries the version, so that later edits know what is new."""
    opportunity.version += 1
    opportunity.updated_at = at
    opportunity.save(update_fields=[*columns, "version", "updated_at"])
    data = {"fields": list(line.fields or columns), "version": opportunity.version} | line.data
    record(actor=by, verb=line.verb, subject=opportunity, summary=line.summary, data=data, at=at)


def keep(
    opportunity: Opportunity,
    kind: str,
    *,
    by: User | None,
    at: datetime,
    before: tuple[OpportunityStage | None, Decimal | None] = (None, None),
    reason: str = "",
) -> OpportunityChange:
    """A row of the history of stages and amounts; ``before`` is what both were."""
    stage, amount = before
    return OpportunityChange.objects.create(
        opportunity=opportunity,
        kind=kind,
        from_stage=stage,
        to_stage=opportunity.stage,
        amount_before=amount,
        amount_after=opportunity.amount,
        at=at,
        by=by,
        reason=reason[:300],
    )


def tell_owner(opportunity: Opportunity, text: str, by: User) -> None:
    """Whoever has it hears what others did to it."""
    if opportunity.owner is not None:
        url = opportunity.get_absolute_url()
        notify(
            opportunity.owner,
            text,
            kind="opportunity_changed",
            url=url,
            actor=by,
            about=opportunity,
        )
