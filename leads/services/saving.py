"""What every act on a lead has in common: a fresh row, a higher version, a line in the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leads.following import What, changed
from leads.former import merged_away, present_id
from leads.models import Lead
from portal.activity.services import record

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


def locked(lead: Lead) -> Lead:
    """The lead as it is now, held against other writers until the transaction ends.

    SQLite has no row locks; there the transaction itself holds the only writer's place. Locked
    without its relations: PostgreSQL finds no row at all when the stage changed while it waited.
    """
    if Lead.objects.select_for_update().only("pk").filter(pk=lead.pk).first() is None:
        raise merged_away(lead.pk)
    return Lead.objects.select_related("stage", "owner").get(pk=lead.pk)


def settled(lead: Lead) -> Lead:
    """The lead, or the one that has absorbed it, kept from being absorbed until the transaction ends.

    What somebody writes down about a lead just as it is merged is not lost: it goes to the lead that stays.
    """
    rows = Lead.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=lead.pk).first() or rows.filter(pk=present_id(lead.pk)).first()
    if found is None:
        raise merged_away(lead.pk)
    return found


@dataclass(frozen=True)
class Line:
    """What the history says about a change: names of fields and words, never contact data."""

    verb: str
    summary: str = ""
    fields: Sequence[str] = ()
    data: dict[str, Any] = field(default_factory=dict)


def save_lead(
    lead: Lead, columns: Sequence[str], line: Line, *, by: User | None, at: datetime
) -> None:
    """Save only what changed. The line carries the version, so that later edits know what is new."""
    lead.version += 1
    lead.updated_at = at
    lead.save(update_fields=[*columns, "version", "updated_at"])
    data = {"fields": list(line.fields or columns), "version": lead.version} | line.data
    record(actor=by, verb=line.verb, subject=lead, summary=line.summary, data=data, at=at)
    changed([lead.pk], What.LEAD)
