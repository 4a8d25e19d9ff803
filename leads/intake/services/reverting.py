"""Giving records that an import changed back what they had, field by field, and listing what stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.intake.applying.sales import held_by_others
from leads.intake.models import Import, ImportBatch, ImportRow, Leftover
from leads.intake.putting_back import Back, back_of, written
from leads.intake.services.telling_back import tell_back
from leads.intake.writing import Table
from leads.models import Lead

if TYPE_CHECKING:
    from portal.accounts.models import User

HELD = "Another sale keeps it in its stage."


class Reverting:
    """Puts records of one model back that one import changed."""

    def __init__(self, run: Import, by: User | None, model: Any) -> None:
        self.run, self.by, self.model = run, by, model
        self.table = Table(model)

    def put_back(self, rows: Sequence[ImportRow]) -> int:
        """How many got something back."""
        named = {name for row in rows for name in row.after if name in self.table.fields}
        columns = {"id", "version", *named} | ({"attributes"} & set(self.table.fields))
        records = {
            found["id"]: found
            for found in self.model._base_manager.filter(pk__in=[row.record_id for row in rows])
            .select_for_update(of=("self",))
            .order_by("pk")
            .values(*columns)
        }
        backs = [
            back_of(row, records[row.record_id], self.model)
            for row in rows
            if row.record_id in records
        ]
        done = self._written(backs)
        tell_back(self.run, self.by, self.model, done)
        self._leave_fields([back for back in backs if back.stays])
        return len(done)

    def _written(self, backs: list[Back]) -> list[Back]:
        """Write what goes back; where an old address is somebody else's by now, that record stays."""
        now = timezone.now()
        backs = [back for back in backs if back.values]
        try:
            with transaction.atomic():
                self.table.update_each(written(backs, now))
        except IntegrityError:
            if len(backs) == 1:
                backs[0].stays.append("what is somebody else's by now")
                return []
            half = len(backs) // 2
            return self._written(backs[:half]) + self._written(backs[half:])
        return backs

    def _leave_fields(self, backs: Sequence[Back]) -> None:
        rows = self.model._base_manager.in_bulk([back.record["id"] for back in backs])
        told = [
            (rows[back.record["id"]], f"Changed since: {', '.join(_words(back.stays))}.")
            for back in backs
        ]
        leave(self.run, told)


def _words(names: Sequence[str]) -> list[str]:
    return [name.removesuffix("_id").replace("_", " ") for name in names]


def leave(run: Import, kept: Sequence[tuple[Any, str]]) -> None:
    """List what stays, with the reason; once a record."""
    Leftover.objects.bulk_create(
        [
            Leftover(
                run=run,
                record_type=row._meta.label_lower,
                record_id=row.pk,
                name=str(row)[:300],
                reason=reason[:300],
            )
            for row, reason in kept
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def lead_back(run: Import, by: User | None, batch: ImportBatch) -> None:
    """Leads that followed the sales of a batch go back, unless another sale holds them where they are."""
    held = held_by_others(batch.moved)
    rows = [
        ImportRow(record_id=told["id"], before=told["before"], after=told["after"])
        for told in batch.moved
        if told["id"] not in held
    ]
    Reverting(run, by, Lead).put_back(rows)
    leave(run, [(lead, HELD) for lead in Lead.objects.in_bulk(held).values()])
