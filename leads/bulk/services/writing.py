"""Writing many leads at once: few statements, however many leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F

from leads.bulk.models import BulkAct, BulkChange
from leads.models import Lead
from portal.activity.models import Activity

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from portal.accounts.models import User

#: Leads of one transaction. Locks are held for as long as these take.
SLICE = 500
#: Columns that each act writes.
COLUMNS: dict[str, tuple[str, ...]] = {
    BulkAct.Act.ASSIGN: ("owner_id", "team_id"),
    BulkAct.Act.STAGE: (
        "stage_id", "stage_revision_id", "stage_entered_at", "reached", "status", "converted_at",
    ),
    BulkAct.Act.TAG: (),
    BulkAct.Act.UNTAG: (),
}  # fmt: skip
CHANGED = ("state", "before", "version", "at", "why")


def held(rows: QuerySet[Any], changes: Iterable[BulkChange]) -> dict[int, Lead]:
    """The leads of the changes by their keys, held against other writers until the transaction ends."""
    keys = [change.lead_id for change in changes]
    found = rows.select_for_update(of=("self",)).select_related("stage", "owner")
    return {lead.pk: lead for lead in found.filter(pk__in=keys).order_by("pk")}


def write(leads: Sequence[Lead], columns: Sequence[str], *, at: datetime) -> None:
    """Save the columns of the leads: one statement for all that get the same values."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for lead in leads:
        alike[tuple(getattr(lead, column) for column in columns)].append(lead.pk)
    for values, keys in alike.items():
        news = dict(zip(columns, values, strict=True))
        Lead.objects.filter(pk__in=keys).update(**news, updated_at=at, version=F("version") + 1)


def keep(changes: Sequence[BulkChange]) -> None:
    """Store what became of each lead, in one statement."""
    BulkChange.objects.bulk_create(
        changes,
        update_conflicts=True,
        unique_fields=["act", "lead"],
        update_fields=CHANGED,
        batch_size=SLICE,
    )


def tell_history(leads: Iterable[Lead], line: Activity, *, by: User | None, at: datetime) -> None:
    """One line for each lead: what ``line`` says, with the version that the lead has now."""
    Activity.objects.bulk_create(
        [
            Activity(
                at=at,
                actor=by,
                verb=line.verb,
                subject_type=Lead._meta.label_lower,
                subject_id=lead.pk,
                summary=line.summary[:300],
                data=line.data | {"version": lead.version + 1},
            )
            for lead in leads
        ],
        batch_size=SLICE,
    )
