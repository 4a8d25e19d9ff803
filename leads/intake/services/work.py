"""What all acts on an import need: its row, its bytes, its background work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from leads.intake.models import Import
from leads.intake.reading import Dialect, Record, data_records
from portal.core.spreadsheets import restored
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from portal.accounts.models import User

#: Rows decided and written together. PostgreSQL locks what they change, so they are few there. SQLite writes
#: every page that a batch touched, and those are nearly the same pages for five times as many rows.
BATCH = 10_000 if connection.vendor == "sqlite" else 2_000


def enqueue_work(run: Import, kind: str, *, by: User | None, **args: Any) -> None:
    run.job = enqueue(
        kind=kind, args={"import": run.pk, **args}, actor=by, unique_key=f"{kind}:{run.pk}"
    )
    run.save(update_fields=["job"])


def locked(run: Import) -> Import:
    return (
        Import.objects.select_for_update(of=("self",))
        .select_related("job", "uploaded_by")
        .get(pk=run.pk)
    )


def fail(run: Import, sentence: str) -> Import:
    run.state, run.message, run.finished_at = Import.State.FAILED, sentence[:500], timezone.now()
    run.save(update_fields=["state", "message", "finished_at", "table"])
    return run


@contextmanager
def opened(run: Import) -> Iterator[Any]:
    """The bytes of the table, from the start."""
    source = run.table if run.table else run.file
    with source.storage.open(str(source.name), "rb") as handle:
        yield handle


def records_of(handle: Any, dialect: Dialect) -> Iterator[Record]:
    """The rows of the table; in a file of ours the marks against formulas come off again."""
    records = data_records(handle, dialect)
    if not dialect.is_ours:
        return records
    return (record._replace(cells=[restored(cell) for cell in record.cells]) for record in records)


def batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, BATCH)):
        yield batch
