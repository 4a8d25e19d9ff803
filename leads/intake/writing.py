"""Many rows at once: the ORM's bulk methods cost several times the database.

Rows travel into a temporary table, on PostgreSQL by COPY and on SQLite by ``executemany``, and one
statement merges them. Only columns that differ from
row to row travel: the others are constants of the statement. Names of tables and columns come from
the models, values always travel as parameters or by COPY (hence S608 is off here), prepared by the
model's own fields, so that the same is stored as by ``save()``.
"""

# ruff: noqa: S608
from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from typing import Any

from django.db import connection, models

_AS_IT_IS = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.ForeignKey,
)
Row = dict[str, Any]
#: Made once: ``json.dumps`` with an option makes an encoder for every value.
_JSON = json.JSONEncoder(ensure_ascii=False).encode
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _preparer(field: Any) -> Callable[[Any], Any] | None:
    """How a Python value becomes one that the driver takes; None when it already is."""
    if isinstance(field, models.JSONField):
        return _JSON
    if isinstance(field, _AS_IT_IS):
        return None

    @lru_cache(maxsize=4096)
    def prepare(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    return lambda value: None if value is None else prepare(value)


def _quoted(names: Iterable[str | None]) -> str:
    return ", ".join(connection.ops.quote_name(name or "") for name in names)


class Table:
    """A model as its table: what each column holds where a row says nothing."""

    def __init__(self, model: type[models.Model], ready: Collection[str] = ()) -> None:
        """``ready`` names columns whose values come as they are stored."""
        self.model = model
        self.fields = {field.attname: field for field in model._meta.concrete_fields}
        self.key = model._meta.pk.attname
        self.preparers = {
            name: prepare
            for name, field in self.fields.items()
            if name not in ready and (prepare := _preparer(field))
        }
        self.defaults = {
            name: self.prepared(name, field.get_default())
            for name, field in self.fields.items()
            if name != self.key
        }

    @property
    def name(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    def prepared(self, name: str, value: Any) -> Any:
        prepare = self.preparers.get(name)
        return value if prepare is None else prepare(value)

    def next_ids(self, count: int) -> list[int]:
        """Keys for so many new rows. On SQLite the caller holds the only write lock."""
        table, column = self.model._meta.db_table, self.model._meta.pk.column
        with connection.cursor() as cursor:
            if is_postgres():
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                    [connection.ops.quote_name(table), column, count],
                )
                return [key for (key,) in cursor.fetchall()]
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        return list(range(first, first + count))

    def insert(self, same: Row, rows: Sequence[Row]) -> set[int]:
        """Insert rows with their keys; the keys of those that no unique value kept out.

        ``same`` holds what all of them have in common.
        """
        if not rows:
            return set()
        self._insert(same, rows, " ON CONFLICT DO NOTHING")
        keys = [row[self.key] for row in rows]
        return self._present(keys)

    def insert_new(self, same: Row, rows: Sequence[Row]) -> None:
        """Insert rows whose key the database gives; a conflict is an error."""
        if rows:
            self._insert(same, rows, "")

    def insert_unless_there(self, same: Row, rows: Sequence[Row]) -> int:
        """Insert rows whose key the database gives, but for those that a unique value keeps out; how many."""
        return self._insert(same, rows, " ON CONFLICT DO NOTHING") if rows else 0

    def _insert(self, same: Row, rows: Sequence[Row], conflict: str) -> int:
        constant = self.defaults | {
            name: self.prepared(name, value) for name, value in same.items()
        }
        names = list(dict.fromkeys(chain.from_iterable(rows)))
        columns = [self._column(name, rows, constant.get(name)) for name in names]
        fixed = [name for name in constant if name not in names]
        head = (
            f"INSERT INTO {self.name} ({_quoted(self.fields[n].column for n in (*names, *fixed))})"
        )
        values = [constant[name] for name in fixed]
        with connection.cursor() as cursor:
            staged = self._stage(cursor, names, columns)
            given = [f"c{number}" for number in range(len(names))]
            if is_postgres():
                marks = [f"%s::{self._type(name)}" for name in fixed]
            else:
                marks, values = [_literal(value) for value in values], []
            cursor.execute(
                f"{head} SELECT {', '.join((*given, *marks))} FROM {staged} WHERE true{conflict}",
                values,
            )
            return int(cursor.rowcount)

    def _column(self, name: str, rows: Sequence[Row], default: Any) -> list[Any]:
        """One column of all rows, ready for the driver."""
        prepare = self.preparers.get(name)
        if prepare is None:
            return [row.get(name, default) for row in rows]
        return [prepare(row[name]) if name in row else default for row in rows]

    def _type(self, name: str) -> str:
        field: Any = self.fields[name]
        kind: str = (
            field.target_field.db_type(connection)
            if field.is_relation
            else field.db_type(connection)
        )
        return {"bigserial": "bigint", "serial": "integer"}.get(kind, kind)

    def _stage(self, cursor: Any, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> str:
        """Bring columns into a temporary table, from which one statement takes them all.

        On PostgreSQL COPY is several times as quick as parameters. On SQLite the full-text table would
        write its index after every statement, so a statement a row costs twice as much.
        The table stays with the connection, emptied, so that no batch adds to the catalogue.
        """
        if not is_postgres():
            return _staged_in_file(cursor, columns)
        types = ", ".join(f"c{number} {self._type(name)}" for number, name in enumerate(names))
        staged = f"accord_staged_{sha256(types.encode()).hexdigest()[:16]}"
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {staged} ({types}) ON COMMIT DELETE ROWS"
        )
        cursor.execute(f"TRUNCATE pg_temp.{staged}")
        texts = [_copied(column) for column in columns]
        lines = "\n".join(map("\t".join, zip(*texts, strict=True)))
        with cursor.copy(f"COPY pg_temp.{staged} FROM STDIN") as copy:
            copy.write(f"{lines}\n")
        return f"pg_temp.{staged}"

    def update(self, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Set columns of rows that are given with their key."""
        if not rows or not names:
            return
        columns = [self._column(name, rows, None) for name in names]
        keys = [row[self.key] for row in rows]
        quoted = [_quoted([self.fields[name].column]) for name in names]
        key = _quoted([self.model._meta.pk.column])
        with connection.cursor() as cursor:
            if is_postgres():
                staged = self._stage(cursor, [self.key, *names], [keys, *columns])
                sets = ", ".join(f"{column} = s.c{at}" for at, column in enumerate(quoted, start=1))
                cursor.execute(
                    f"UPDATE {self.name} SET {sets} FROM {staged} s WHERE {self.name}.{key} = s.c0"
                )
            else:
                sets = ", ".join(f"{column} = %s" for column in quoted)
                cursor.executemany(
                    f"UPDATE {self.name} SET {sets} WHERE {key} = %s",
                    list(zip(*columns, keys, strict=True)),
                )

    def update_each(self, rows: Sequence[Row]) -> None:
        """Set of each row the columns that it gives beside its key, a statement a set of columns."""
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(sorted(name for name in row if name != self.key)), []).append(
                row
            )
        for names, group in groups.items():
            self.update(names, group)

    def _present(self, keys: Sequence[int]) -> set[int]:
        rows = self.model._default_manager.filter(pk__gte=min(keys), pk__lte=max(keys))
        found = set(rows.order_by().values_list("pk", flat=True))
        return found.intersection(keys)


def _staged_in_file(cursor: Any, columns: Sequence[Sequence[Any]]) -> str:
    """SQLite: a table of as many columns, without types, since values take on that of the column they go to."""
    names = [f"c{number}" for number in range(len(columns))]
    staged = f"temp.accord_staged_{len(columns)}"
    cursor.execute(f"CREATE TABLE IF NOT EXISTS {staged} ({', '.join(names)})")
    cursor.execute(f"DELETE FROM {staged}")
    marks = ", ".join(["%s"] * len(columns))
    cursor.executemany(f"INSERT INTO {staged} VALUES ({marks})", list(zip(*columns, strict=True)))
    return staged


def _literal(value: Any) -> str:
    """A constant as SQLite reads it, with percent signs doubled for the driver."""
    if value is None:
        return "NULL"
    if isinstance(value, int | float):
        return str(int(value) if isinstance(value, bool) else value)
    text = str(value).replace("'", "''").replace("%", "%%")
    return f"'{text}'"


def _copied(column: Sequence[Any]) -> list[str]:
    r"""A column in COPY's text form: ``\N`` for nothing, escapes where a mark would part fields."""
    texts = ["\\N" if value is None else _text(value) for value in column]
    if any(value.__class__ is str for value in column) and _SPECIAL.search(
        "".join(value for value in column if value.__class__ is str)
    ):
        texts = [
            value.translate(_ESCAPES) if value.__class__ is str else text
            for value, text in zip(column, texts, strict=True)
        ]
    return texts


def _text(value: Any) -> str:
    if value.__class__ is str:
        return str(value)
    if value is True or value is False:
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, date) else str(value)
