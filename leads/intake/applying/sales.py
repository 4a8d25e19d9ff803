"""What the sales of a file mean for the leads that they belong to, for a whole batch.

The set-based twin of winning and converting by hand (``leads.opportunities.services``): whoever has a
sale has reached the stage of opportunities, whoever bought is a customer, wherever the lead stood.
Nothing is ever taken back by a file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Min, Q
from django.db.models.functions import Coalesce

from leads.intake.applying.base import plain
from leads.intake.deciding import Record
from leads.intake.models import Import
from leads.intake.writing import Table
from leads.models import REACH, Lead, StageChange
from leads.opportunities.models import Opportunity, Status
from leads.opportunities.services import stage_of_kind
from portal.activity.models import Activity
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from portal.accounts.models import User

#: How the history calls it.
VERB = "followed_sale"
_COLUMNS = (
    "stage_id", "stage_revision_id", "stage_entered_at", "reached", "status", "converted_at", "lost_at", "lost_reason",
)  # fmt: skip


class Sales:
    """Moves the leads of one import along, and tells what each had and got, so that it can go back."""

    def __init__(self, *, run: Import, by: User | None, at: datetime) -> None:
        self.run, self.by, self.at = run, by, at
        self.reason = f"Import of {run.filename}"[:300]
        self._customer = stage_of_kind(Stage.Kind.CUSTOMER)
        self._opportunity = stage_of_kind(Stage.Kind.OPPORTUNITY)
        self._leads, self._changes = Table(Lead), Table(StageChange)

    def follow(self, leads: Collection[int]) -> list[dict[str, Any]]:
        """Bring these leads up to their sales; a handful of statements. What was moved, before and after."""
        if not leads:
            return []
        since = self._since(leads)
        rows = Lead.objects.filter(pk__in=since).select_for_update().order_by("pk")
        moved = [
            (row, changes)
            for row in rows.values("id", "version", *_COLUMNS)
            if (changes := self._changes_of(row, since[row["id"]]))
        ]
        self._write(moved)
        return [
            {
                "id": row["id"],
                "before": {name: plain(row[name]) for name in changes},
                "after": {name: plain(value) for name, value in changes.items()},
            }
            for row, changes in moved
        ]

    def _since(self, leads: Collection[int]) -> dict[int, Record]:
        """Since when each lead has a sale, and since when one is won; None where that is not known."""
        begun = Min("created_at", filter=Q(is_created_known=True))
        won = Min(Coalesce("closed_at", "created_at"), filter=Q(status=Status.WON))
        sales = Opportunity.objects.filter(lead__in=leads).order_by().values("lead")
        return {row["lead"]: row for row in sales.annotate(begun=begun, won=won)}

    def _changes_of(self, lead: Record, sale: Record) -> dict[str, Any]:
        is_won = sale["won"] is not None and self._customer is not None
        if is_won and lead["status"] != Lead.Status.WON:
            entered = self._entered(self._customer, lead, sale["won"])
            return entered | {
                "status": Lead.Status.WON,
                "converted_at": lead["converted_at"] or sale["won"],
                "lost_at": None,
                "lost_reason": "",
            }
        stage = self._opportunity
        if stage is None or REACH[stage.kind] <= lead["reached"]:
            return {}
        return self._entered(stage, lead, sale["begun"] or self.at)

    @staticmethod
    def _entered(stage: Any, lead: Record, at: datetime) -> dict[str, Any]:
        return {
            "stage_id": stage.pk,
            "stage_revision_id": stage.revision_id,
            "stage_entered_at": at,
            "reached": max(lead["reached"], REACH[stage.kind]),
        }

    def _write(self, moved: Sequence[tuple[Record, dict[str, Any]]]) -> None:
        self._leads.update_each(
            [
                changes | {"id": row["id"], "version": row["version"] + 1, "updated_at": self.at}
                for row, changes in moved
            ]
        )
        self._changes.insert_new(
            {"by_id": self.by.pk if self.by else None, "reason": self.reason},
            [
                {
                    "lead_id": row["id"],
                    "from_stage_id": row["stage_id"],
                    "to_stage_id": changes["stage_id"],
                    "at": changes["stage_entered_at"],
                    "revision_id": changes["stage_revision_id"],
                }
                for row, changes in moved
                if changes["stage_id"] != row["stage_id"]
            ],
        )
        Activity.objects.bulk_create(
            [
                Activity(
                    actor=self.by, verb=VERB, subject_type=Lead._meta.label_lower,
                    subject_id=row["id"], summary=self.reason,
                    data={"fields": ["stage", "status"], "version": row["version"] + 1},
                )
                for row, _ in moved
            ],
            batch_size=500,
        )  # fmt: skip


def held_by_others(moved: Sequence[dict[str, Any]]) -> set[int]:
    """Of leads that an import moved along, those that a sale which is here still holds where they are."""
    leads = {told["id"]: told["after"].get("status") == Lead.Status.WON for told in moved}
    sales = Opportunity.objects.filter(lead__in=leads).order_by().values_list("lead", "status")
    return {lead for lead, status in sales.distinct() if not leads[lead] or status == Status.WON}
