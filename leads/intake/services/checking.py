"""Trying a file without bringing anything in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from leads.intake.applying import Applier, applier_for
from leads.intake.deciding import Decision
from leads.intake.models import COUNTS, Import, ImportRow
from leads.intake.reading import Dialect
from leads.intake.rows import Row
from leads.intake.services.mappings import plan_of
from leads.intake.services.work import batches, enqueue_work, locked, opened, records_of

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.jobs.registry import Checkpoint

SHOWN_OUTCOMES = 20


# --- try --------------------------------------------------------------------------------------
@transaction.atomic
def check_import(*, run: Import, by: User | None) -> Import:
    """Have worked out what would happen; nothing is brought in."""
    run = locked(run)
    run.check_rows()
    run.save(update_fields=["state", "message"])
    enqueue_work(run, "intake.check_import", by=by)
    return run


def try_rows(*, run: Import, by: User | None, checkpoint: Checkpoint) -> Import:
    """Decide for every row and write none. Refused rows and some examples are kept to be looked at."""
    applier = applier_for(run=run, plan=plan_of(run, by), by=by, at=timezone.now())
    dialect = Dialect.from_json(run.dialect)
    run.outcomes.all().delete()
    done = 0
    shown: Counter[str] = Counter()
    with opened(run) as handle:
        for batch in batches(records_of(handle, dialect)):
            rows = applier.read(batch)
            decisions = _tried(applier, rows)
            with transaction.atomic():
                kept = _kept(run, decisions, shown)
                ImportRow.objects.bulk_create(kept, batch_size=500)
                done += len(rows)
                checkpoint(done=done, total=run.rows)
    for name in COUNTS:
        setattr(run, name, applier.counts[name])
    run.rows, run.state = done, Import.State.CHECKED
    run.save(update_fields=[*COUNTS, "rows", "state"])
    return run


def _tried(applier: Applier, rows: list[Row]) -> list[Decision]:
    """What would become of the rows; stages and products that they name are not made either."""
    with transaction.atomic():
        decisions = applier.decide(rows)
        transaction.set_rollback(True)
    return decisions


def _kept(run: Import, decisions: list[Decision], shown: Counter[str]) -> list[ImportRow]:
    kept = []
    for decision in decisions:
        shown[decision.outcome] += 1
        if decision.outcome not in ImportRow.REFUSED and shown[decision.outcome] > SHOWN_OUTCOMES:
            continue
        kept.append(
            ImportRow(
                run=run,
                line=decision.row.line,
                outcome=decision.outcome,
                reason=decision.reason,
                cells=decision.row.kept_cells(),
                before={"fields": sorted(decision.changes)},
                record_id=decision.record["id"] if decision.record else None,
            )  # fmt: skip
        )
    return kept
