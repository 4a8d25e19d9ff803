"""Bringing rows in, batch by batch; going on, stopping, failing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from leads.intake.applying import Applier, applier_for
from leads.intake.applying.companies import place_waiting
from leads.intake.mapping import MappingError
from leads.intake.models import COUNTS, Import, ImportRow
from leads.intake.reading import Dialect
from leads.intake.rows import Plan, Row
from leads.intake.services.absorbing import remember_merged
from leads.intake.services.checking import check_import
from leads.intake.services.mappings import first_mapping, plan_of, remember_mapping, save_mapping
from leads.intake.services.work import batches, enqueue_work, locked, opened, records_of
from leads.models import AttributeDefinition
from leads.services.fitting import match_later
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.jobs.services import cancel_job

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.jobs.registry import Checkpoint

#: A batch that met a lock held by others is tried again.
TRIES = 4


# --- bring in ---------------------------------------------------------------------------------
@transaction.atomic
def start_import(*, run: Import, by: User | None) -> Import:
    """Bring the rows in, in the background; after a stop, go on where it stopped."""
    run = _started(run, by)
    enqueue_work(run, "intake.apply_import", by=by)
    return run


def _started(run: Import, by: User | None) -> Import:
    run = locked(run)
    before = run.state
    is_first = not run.was_started
    run.start(at=timezone.now())
    changed = Import.objects.filter(pk=run.pk, state=before).update(
        state=run.state,
        message="",
        finished_at=None,
        started_at=run.started_at,
        moved_at=timezone.now(),
    )
    if not changed:
        raise RuleViolation("This import has already been started. Nothing was done twice.")
    if is_first:
        _begin(run, plan_of(run, by))
        remember_mapping(run)
        record(actor=by, verb="started", subject=run, summary=run.filename)
    return run


def begin_import(*, run: Import, by: User | None) -> Import:
    """Start without a background job: the caller brings the rows in itself."""
    with transaction.atomic():
        return _started(run, by)


def _begin(run: Import, plan: Plan) -> None:
    """Forget the trial, and make the fields of one's own that the file brings."""
    run.outcomes.all().delete()
    run.position = 0
    for name in COUNTS:
        setattr(run, name, 0)
    here = set(AttributeDefinition.objects.values_list("name", flat=True))
    run.attributes_made = sorted(set(plan.attribute_types) - here) if run.kind == "leads" else []
    run.save(update_fields=["position", "attributes_made", *COUNTS])
    if run.kind != "leads":
        return
    about = plan.mapping.attributes
    AttributeDefinition.objects.bulk_create(
        [
            AttributeDefinition(
                name=name,
                label=(about.get(name, {}).get("label") or plan.labels[name])[:120],
                type=kind,
                is_filter=about.get(name, {}).get("is_filter", True),
            )
            for name, kind in plan.attribute_types.items()
        ],
        ignore_conflicts=True,
    )


def apply_rows(*, run: Import, by: User | None, checkpoint: Checkpoint) -> Import:
    """Bring in every row after ``run.position``; each batch commits with the position.

    Safe to call again after a crash. Raises what ``checkpoint`` raises, with the batch undone.
    """
    applier = applier_for(run=run, plan=plan_of(run, by), by=by, at=timezone.now())
    applier.counts.update({name: getattr(run, name) for name in COUNTS})
    dialect = Dialect.from_json(run.dialect)
    with opened(run) as handle, _roomy_cache():
        records = records_of(handle, dialect)
        for done in batches(islice(records, run.position)):
            applier.skip(done)
        for rows in _ahead(map(applier.read, batches(records))):
            _apply_batch(run, applier, rows, checkpoint)
    _place_companies(run)
    return _finish(run, by)


def _ahead(batches: Iterator[list[Row]]) -> Iterator[list[Row]]:
    """Read one batch while the database server writes the one before. SQLite writes in this very process,
    where two who work at once only hold each other up."""
    if connection.vendor == "sqlite":
        yield from batches
        return
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (rows := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield rows


def _place_companies(run: Import) -> None:
    """Parents that stood further down in the file are here by now. Safe to do again."""
    for batch in run.batches.exclude(waiting=[]).order_by("position"):
        with transaction.atomic():
            placed = place_waiting(batch.waiting)
            changed: Any = run.outcomes.filter(record_id__in=placed)
            for row in changed:
                row.before.setdefault("parent_id", None)
                row.after["parent_id"] = placed[row.record_id]
            ImportRow.objects.bulk_update(changed, ["before", "after"], batch_size=500)


def _apply_batch(run: Import, applier: Applier, rows: list[Any], checkpoint: Checkpoint) -> None:
    """One batch, again when others held its rows for too long. The seen keys are kept apart from it."""
    before = applier.counts.copy()
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                applier.write(rows)
                applier.tell_batch()
                position = run.position + len(rows)
                checkpoint({"position": position}, done=position, total=run.rows)
                _advance(run, applier, position)
        except OperationalError:
            applier.counts = before
            if attempt == TRIES or connection.in_atomic_block:
                raise
            time.sleep(0.2 * attempt)
            continue
        run.position = position
        return


def _advance(run: Import, applier: Applier, position: int) -> None:
    """Counts and position move with the rows; whoever else works on this import loses here."""
    moved = Import.objects.filter(
        pk=run.pk, position=run.position, state=Import.State.RUNNING
    ).update(
        position=position,
        moved_at=timezone.now(),
        **{name: applier.counts[name] for name in COUNTS},
    )
    if not moved:
        raise RuleViolation(
            "This import was stopped, or somebody else goes on with it.", code="stopped"
        )


@transaction.atomic
def _finish(run: Import, by: User | None) -> Import:
    run.refresh_from_db()
    run.state, run.finished_at, run.rows = Import.State.DONE, timezone.now(), run.position
    run.save(update_fields=["state", "finished_at", "rows"])
    remember_merged(run)
    counts = {name: getattr(run, name) for name in COUNTS}
    record(
        actor=by,
        verb="imported",
        subject=run,
        summary=run.filename,
        data={"rows": run.rows, **counts},
    )
    if run.kind == "leads" and (run.created or run.updated):
        match_later(by=by, key=f"import:{run.pk}")
    return run


@contextmanager
def _roomy_cache() -> Iterator[None]:
    """SQLite keeps 2 MB of pages by default, and copies its log into the file every 4 MB. A batch changes
    pages all over the indexes, tens of megabytes among a million leads, and the next one the same
    again: they are copied every 200 MB."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -65536")
            cursor.execute("PRAGMA wal_autocheckpoint = 50000")
    try:
        yield
    finally:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA cache_size = -2000")
                cursor.execute("PRAGMA wal_autocheckpoint = 1000")


# --- stop -------------------------------------------------------------------------------------
@transaction.atomic
def cancel_import(*, run: Import, by: User | None) -> Import:
    """Stop an import. Rows that were brought in stay; the rest can be continued."""
    run = locked(run)
    run.cancel(at=timezone.now())
    run.save(update_fields=["state", "finished_at"])
    if run.job is not None and run.job.is_active:
        cancel_job(job=run.job, by=by)
    record(actor=by, verb="cancelled", subject=run, summary=run.filename)
    return run


@contextmanager
def failures_told(run: Import) -> Iterator[None]:
    """A refusal ends the import with its sentence; what was brought in stays. Crashes are tried again."""
    try:
        yield
    except (RuleViolation, MappingError) as error:
        sentence = str(error)
        Import.objects.filter(pk=run.pk, state__in=Import.BUSY).update(
            state=Import.State.FAILED, message=sentence[:500], finished_at=timezone.now()
        )
        raise RuleViolation(sentence) from error


def go_on(*, run: Import, by: User | None, then: dict[str, Any]) -> None:
    """What was asked for together with the upload: a mapping, and to try or bring in the rows.

    Where only a person can go on, the import waits for its mapping and says why.
    """
    act = then.get("act")
    if run.state != Import.State.UPLOADED or act not in {"check", "apply"}:
        return
    try:
        mapping = first_mapping(
            run=run, by=by, written=then.get("mapping"), constants=then.get("constants") or {}
        )
        run = save_mapping(run=run, mapping=mapping, by=by)
        (check_import if act == "check" else start_import)(run=run, by=by)
    except (RuleViolation, MappingError) as error:
        Import.objects.filter(pk=run.pk).update(message=str(error)[:500])
