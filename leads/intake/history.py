"""The history of leads that a file made or changed: stages, owners, changes, notes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from leads.intake.deciding import Decision
from leads.intake.models import Import
from leads.intake.writing import Table
from leads.models import Assignment, Lead, Note, StageChange
from portal.activity.models import Activity

if TYPE_CHECKING:
    from portal.accounts.models import User


class History:
    """Writes what happened to the leads of one batch, in the batch's transaction."""

    def __init__(
        self, *, run: Import, by: User | None, at: datetime, stages: Mapping[int, Any]
    ) -> None:
        self.by, self.at, self._stages = by, at, stages
        self.reason = f"Import of {run.filename}"[:300]
        self._table = Table(StageChange)

    def first_stages(self, made: Collection[int]) -> None:
        """The stage in which each new lead came in, told from the leads themselves."""
        if not made:
            return
        leads = connection.ops.quote_name(Lead._meta.db_table)
        changes = connection.ops.quote_name(StageChange._meta.db_table)
        where, given = _between(made)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {changes} (lead_id, to_stage_id, at, by_id, reason, revision_id) "  # noqa: S608
                f"SELECT id, stage_id, stage_entered_at, %s, '', stage_revision_id FROM {leads} "
                f"WHERE {where}",
                [self.by.pk if self.by else None, *given],
            )

    def moves(self, moved: Sequence[tuple[Decision, datetime]]) -> None:
        self._table.insert_new(
            {"by_id": self.by.pk if self.by else None, "reason": self.reason},
            [
                {
                    "lead_id": decision.record["id"],
                    "from_stage_id": decision.record["stage_id"],
                    "to_stage_id": decision.changes["stage_id"],
                    "at": at,
                    "revision_id": self._stages[decision.changes["stage_id"]].revision_id,
                }
                for decision, at in moved
                if decision.record is not None
            ],
        )

    def assignments(self, given: Sequence[tuple[int, int | None, int]]) -> None:
        Assignment.objects.bulk_create(
            [
                Assignment(
                    lead_id=lead,
                    from_owner_id=before,
                    to_owner_id=after,
                    at=self.at,
                    by=self.by,
                    reason=self.reason,
                )
                for lead, before, after in given
            ],
            batch_size=500,
        )

    def notes(self, decisions: Sequence[Decision]) -> None:
        """A note of a file is written once, however often the file is brought in."""
        noted = {
            (d.record["id"], note_token(d.row.note)): d.row.note  # type: ignore[index]
            for d in decisions
            if d.row.note
        }
        Note.objects.bulk_create(
            [
                Note(lead_id=lead, form_token=token, body=body, author=self.by, created_at=self.at)
                for (lead, token), body in noted.items()
            ],
            ignore_conflicts=True,
            batch_size=500,
        )


def note_token(body: str) -> str:
    """The same note of the same lead is known again by it."""
    return hashlib.sha256(body.encode()).hexdigest()[:40]


def _between(keys: Collection[int]) -> tuple[str, list[Any]]:
    """A condition for these keys; on SQLite, with its one writer, they are neighbours."""
    if connection.vendor == "postgresql":
        return "id = ANY(%s)", [list(keys)]
    return "id BETWEEN %s AND %s", [min(keys), max(keys)]


def tell_changes(
    decisions: Sequence[Decision], *, run: Import, by: User | None, model: Any
) -> None:
    """Changes are told field by field, so that a colleague with the old page open is warned."""
    Activity.objects.bulk_create(
        [
            Activity(
                actor=by,
                verb="imported",
                subject_type=model._meta.label_lower,
                subject_id=decision.record["id"],
                summary=f"Import of {run.filename}"[:300],
                data={"fields": _field_names(decision), "version": decision.record["version"] + 1},
            )
            for decision in decisions
            if decision.record is not None
        ],
        batch_size=500,
    )


def _field_names(decision: Decision) -> list[str]:
    names = {name.removesuffix("_id") if name != "external_id" else name for name in decision.told}
    if "attributes" in names:
        names.remove("attributes")
        have = (decision.record or {})["attributes"]
        names |= {
            f"attributes.{name}"
            for name, value in decision.row.attributes.items()
            if have.get(name) != value
        }
    return sorted(names)
