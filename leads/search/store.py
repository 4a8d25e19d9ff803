"""What the database keeps for the search, in step with whatever writes.

PostgreSQL indexes the trigrams of an expression over the columns by which a person or a company
is known: there is no second copy, so nothing can be out of step or stay behind when a record is
erased. SQLite has no such index; there a full-text table of trigrams follows by triggers, a row
that goes takes its text along.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL

#: Letters of a trigram.
PATTERN = 3
#: From here on each third trigram of a pattern tells enough.
LONG = 8
BETWEEN = " || ' ' || "


@dataclass(frozen=True, slots=True)
class Source:
    """One searched table: its columns in the order of the text, and those that need lower case."""

    table: str
    columns: tuple[str, ...]
    lowered: frozenset[str]

    @property
    def index(self) -> str:
        return f"{self.table}_search"

    def text(self, names: Sequence[str]) -> str:
        """The SQL of the searched text out of the SQL of its columns.

        SQLite's LIKE and its trigrams do not tell case apart, so nothing is called there: a
        function of ours would bind the triggers to connections that know it.
        """
        lowers = connection.vendor != "sqlite"
        parts = (
            f"lower({name})" if lowers and column in self.lowered else name
            for column, name in zip(self.columns, names, strict=True)
        )
        return f"({BETWEEN.join(parts)})"


LEADS = Source(
    "leads_lead",
    ("full_name", "name_key", "email_key", "phone_key", "external_id"),
    frozenset({"full_name", "external_id"}),
)
COMPANIES = Source(
    "leads_company",
    ("name", "name_key", "domain", "external_id"),
    frozenset({"name", "domain", "external_id"}),
)


class SearchText(Func):
    """The searched text of a row, spelled as the index spells it."""

    output_field = TextField()

    def __init__(self, source: Source) -> None:
        self.source = source
        super().__init__(*(F(name) for name in source.columns))

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        names = [compiler.compile(part)[0] for part in self.source_expressions]
        return self.source.text(names), []


def holding(ways: Iterable[Sequence[str]], path: str = "search_text") -> Q:
    """Rows whose text holds all patterns of at least one of the ways."""
    every = (Q(*(Q((f"{path}__contains", pattern)) for pattern in way)) for way in ways)
    return reduce(or_, every)


def listed(keys: Sequence[int]) -> Any:
    """Keys for ``pk__in``: however many, they are one parameter, which is quicker to write."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])


def close_in(
    rows: QuerySet[Any], source: Source, condition: Q, besides: Sequence[str], *, most: int
) -> list[tuple[Any, ...]]:
    """``(key, text, *besides)`` of at most ``most`` of the rows under the condition on their ``search_text``,
    in no order.

    In an order PostgreSQL would rather walk through a million rows than ask the index.
    """
    texts = rows.order_by().annotate(search_text=SearchText(source)).filter(condition)
    asked = texts.values_list("pk", "search_text", *besides)[:most]
    try:
        return answered(*asked.query.sql_with_params())
    except EmptyResultSet:
        return []


def answered(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The answer, by an index where there is one: PostgreSQL's planner thinks too little of comparing texts
    to ask it by itself. What tells it so travels with the statement and holds no longer."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"SET LOCAL enable_seqscan = off; {statement}; SET LOCAL enable_seqscan = on",
                params,
            )
            cursor.nextset()
        else:
            cursor.execute(statement, params)
        return cursor.fetchall()


# --- the full-text table of SQLite ----------------------------------------------------------------
def rows_holding(source: Source, alternatives: Sequence[Sequence[str]], most: int) -> RawSQL:
    """For ``pk__in``: at most ``most`` keys of rows, newest first, that hold the trigrams of one of the
    alternatives.

    Trigrams only: the caller looks whether they stand in one piece. Patterns without a trigram
    make an alternative that cannot be asked for; callers pass none.
    """
    statement = f"SELECT rowid FROM {source.index}(%s) ORDER BY rowid DESC LIMIT %s"  # noqa: S608
    return RawSQL(statement, [match(alternatives), most])  # noqa: S611


def match(alternatives: Sequence[Sequence[str]]) -> str | None:
    """What the full-text table is asked for; None where there is nothing to ask."""
    ways = _least(alternatives)
    return " OR ".join(f"({' AND '.join(map(_quoted, way))})" for way in ways) or None


def _least(alternatives: Sequence[Sequence[str]]) -> list[list[str]]:
    """The trigrams to ask for: what holds those of a longer alternative holds those of a shorter in it."""
    ways = [
        list(dict.fromkeys(part for pattern in way for part in _covering(pattern)))
        for way in alternatives
    ]
    kept: list[list[str]] = []
    for way in sorted(ways, key=len):
        if not any(set(shorter) <= set(way) for shorter in kept):
            kept.append(way)
    return kept


def _covering(pattern: str) -> list[str]:
    """Trigrams that cover a pattern. A long one is told by those that do not overlap."""
    if len(pattern) <= LONG:
        return trigrams(pattern)
    return [*(pattern[at : at + PATTERN] for at in range(0, len(pattern) - 3, 3)), pattern[-3:]]


def trigrams(pattern: str) -> list[str]:
    return list(dict.fromkeys(pattern[at : at + PATTERN] for at in range(len(pattern) - 2)))


def _quoted(part: str) -> str:
    doubled = part.replace('"', '""')
    return f'"{doubled}"'


def install() -> None:
    """Make what the search needs where it is missing, and fill it; nothing where all is there.

    A migration that rebuilds a table on SQLite drops its triggers, so this runs after every one.
    """
    if connection.vendor == "sqlite":
        for source in (LEADS, COMPANIES):
            if not _is_installed(source) and _has_columns(source):
                rebuild(source)


def _has_columns(source: Source) -> bool:
    with connection.cursor() as cursor:
        if source.table not in connection.introspection.table_names(cursor):
            return False
        there = connection.introspection.get_table_description(cursor, source.table)
    return {column.name for column in there} >= set(source.columns)


def _is_installed(source: Source) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE tbl_name IN (%s, %s) AND name LIKE %s "
            "AND type IN ('table', 'trigger')",
            [source.table, source.index, f"{source.index}%"],
        )
        # The table itself and three triggers; what FTS5 keeps beside it has other table names.
        return cursor.fetchone()[0] == 4


def rebuild(source: Source) -> None:
    """The full-text table and its triggers anew, whole or not at all (1,000,000 rows: half a minute)."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in ("insert", "update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {source.index}_{name}")
        cursor.execute(f"DROP TABLE IF EXISTS {source.index}")
        cursor.execute(
            f"CREATE VIRTUAL TABLE {source.index} "
            "USING fts5(text, detail=none, columnsize=0, tokenize='trigram')"
        )
        cursor.execute(
            f"INSERT INTO {source.index}(rowid, text) SELECT id, {source.text(source.columns)} "  # noqa: S608
            f"FROM {source.table}"
        )
        for statement in _triggers(source):
            cursor.execute(statement)


def _triggers(source: Source) -> list[str]:
    new = source.text([f"new.{name}" for name in source.columns])
    table, index = source.table, source.index
    add = f"INSERT INTO {index}(rowid, text) VALUES (new.id, {new});"  # noqa: S608
    drop = f"DELETE FROM {index} WHERE rowid = old.id;"  # noqa: S608
    changes = " OR ".join(f"old.{name} <> new.{name}" for name in ("id", *source.columns))
    columns = ", ".join(("id", *source.columns))
    return [
        f"CREATE TRIGGER {index}_insert AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {drop} END",
        f"CREATE TRIGGER {index}_update AFTER UPDATE OF {columns} ON {table} "
        f"WHEN {changes} BEGIN {drop} {add} END",
    ]
