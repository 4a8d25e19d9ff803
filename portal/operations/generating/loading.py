"""Many rows into a table at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import NOT_PROVIDED, DateField, DateTimeField, Field, JSONField, Max, Model
from django.utils import timezone

SLICE = 5_000


class Loader:
    """Writes rows given as values of ``names``; every other column gets its default.

    Keys are given out by the caller, from ``first`` on, so that rows that hang on them can be made
    in the same breath. ``finish`` tells the database which keys are taken. Moments are in UTC.
    """

    def __init__(self, model: type[Model], names: Sequence[str]) -> None:
        self.model = model
        fields: dict[str, Field[Any, Any]] = {f.attname: f for f in model._meta.concrete_fields}
        others = [name for name in fields if name not in names]
        now = timezone.now()
        self.constants = [_stored(fields[name])(_default(fields[name], now)) for name in others]
        self.columns = [str(fields[name].column) for name in (*names, *others)]
        # Only some columns hold what the driver does not take as it is.
        self.changes = [
            (at, _stored(fields[name]))
            for at, name in enumerate(names)
            if _stored(fields[name]) is not _as_it_is
        ]
        self.first = (model._default_manager.aggregate(key=Max("pk"))["key"] or 0) + 1

    def write(self, rows: Iterable[Sequence[Any]]) -> int:
        """Write in slices; each is stored whole or not at all. Returns how many."""
        written, prepared = 0, (self._prepared(row) for row in rows)
        while part := list(islice(prepared, SLICE)):
            with transaction.atomic():
                self._store(part)
            written += len(part)
        return written

    def finish(self) -> None:
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), [self.model]):
                cursor.execute(statement)

    def _prepared(self, row: Sequence[Any]) -> list[Any]:
        values = [*row, *self.constants]
        for at, change in self.changes:
            values[at] = change(values[at])
        return values

    def _store(self, rows: list[list[Any]]) -> None:
        table = connection.ops.quote_name(self.model._meta.db_table)
        columns = ", ".join(connection.ops.quote_name(column) for column in self.columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                return
            marks = ", ".join(["%s"] * len(self.columns))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608


def _stored(field: Field[Any, Any]) -> Callable[[Any], Any]:
    """How a value of this column goes to the driver."""
    if isinstance(field, JSONField):
        return json.dumps
    if connection.vendor == "sqlite" and isinstance(field, DateTimeField):
        return _as_text
    if connection.vendor == "sqlite" and isinstance(field, DateField):
        return _day_as_text
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _as_text(moment: datetime | None) -> str | None:
    return None if moment is None else str(moment.astimezone(UTC).replace(tzinfo=None))


def _day_as_text(day: Any) -> str | None:
    return None if day is None else day.isoformat()


def _default(field: Field[Any, Any], now: datetime) -> Any:
    if isinstance(field, DateField) and (field.auto_now or field.auto_now_add):
        return now
    if field.default is NOT_PROVIDED and not field.null and field.empty_strings_allowed:
        return ""
    return field.get_default()
