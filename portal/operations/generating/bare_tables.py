"""Tables without their indexes while they are filled: an index built once costs a tenth of one kept up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Model

#: What a table has besides its key: the statement that takes it away and the one that brings it back.
Undoing = list[tuple[str, str]]

_POSTGRES_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('f', 'u') ORDER BY contype DESC, conname
"""
_POSTGRES_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = %s::regclass
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
"""
_SQLITE_INDEXES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL"
)


@contextmanager
def bare_tables(models: Sequence[type[Model]]) -> Iterator[None]:
    """Fill the tables inside: all of it happens, indexes included, or none of it.

    Foreign keys and unique constraints are checked once, when they come back.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # No table is altered while a check of one of its rows still waits.
            connection.check_constraints()
        undoing = [
            step
            for model in models
            for step in _steps(connection.ops.quote_name(model._meta.db_table))
        ]
        with connection.cursor() as cursor:
            for takes, _ in undoing:
                cursor.execute(takes)
        yield
        with connection.cursor() as cursor:
            for model in models:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
            for _, brings in reversed(undoing):
                cursor.execute(brings)


def _steps(table: str) -> Undoing:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(_SQLITE_INDEXES, [table.strip('"')])
            return [(f'DROP INDEX "{name}"', sql) for name, sql in cursor.fetchall()]
        cursor.execute(_POSTGRES_CONSTRAINTS, [table])
        steps = [
            (
                f'ALTER TABLE {table} DROP CONSTRAINT "{name}"',
                f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}',
            )
            for name, definition in cursor.fetchall()
        ]
        cursor.execute(_POSTGRES_INDEXES, [table])
        return steps + [
            (f"DROP INDEX {name}", definition) for name, definition in cursor.fetchall()
        ]
