"""The triggers that write down what changes, whoever writes: a page, an import, SQL by hand.

PostgreSQL looks at a whole statement at once where rows come or go; a change of a row is looked at
only when a column changes that counts. SQLite knows triggers by row alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from portal.metrics.models import Rollup

LEADS, CHANGES = "leads_lead", "leads_stagechange"
#: Columns of a lead that reports count by.
COUNTED = (
    "created_at",
    "converted_at",
    "source",
    "campaign_id",
    "stage_id",
    "status",
    "reached",
)
#: Columns of a stage change that make a stay.
STAYED = ("lead_id", "from_stage_id", "to_stage_id", "at")
PREFIX = "metrics_"
#: Triggers that look into a table for each row. A session keeps the plan that PostgreSQL made while
#: the table was empty, and would read all of it for each row when it has grown.
ASKING, BY_INDEX = ("stage_arrived", "stage_left"), "SET enable_seqscan = off"


def install() -> bool:
    """Make the triggers where one is missing, after which nothing that roll-ups hold is relied on.

    False where the tables are not there, which is so while migrations go back and forth. Runs after
    every migration, because one that rebuilds a table on SQLite drops its triggers. Whoever changes
    what a trigger does gives it another name.
    """
    if not _has_tables():
        return False
    wanted = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    if _there() == wanted.keys():
        return True
    with transaction.atomic(), connection.cursor() as cursor:
        _drop(cursor)
        for statement in wanted.values():
            cursor.execute(statement)
        Rollup.objects.all().delete()
    return True


def uninstall() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        _drop(cursor)


def _has_tables() -> bool:
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    return {LEADS, CHANGES, Rollup._meta.db_table} <= there


def _there() -> set[str]:
    asked = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE %s",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(asked, [f"{PREFIX}%"])
        return {name for (name,) in cursor.fetchall()}


def _drop(cursor: Any) -> None:
    for name in _there():
        table = f" ON {_table_of(name)}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}{table}")


def _table_of(name: str) -> str:
    return LEADS if name.startswith(f"{PREFIX}lead") else CHANGES


def _listed(columns: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{column}" for column in columns)


def _lead(row: str, n: int) -> str:
    """One row of the journal out of a row of leads."""
    return (
        f"INSERT INTO metrics_leadchange ({_listed(COUNTED)}, n) "  # noqa: S608
        f"VALUES ({_listed(COUNTED, f'{row}.')}, {n});"
    )


def _leads(rows: str, n: int) -> str:
    return (
        f"INSERT INTO metrics_leadchange ({_listed(COUNTED)}, n) "  # noqa: S608
        f"SELECT {_listed(COUNTED)}, {n} FROM {rows};"
    )


def _stale(lead: str) -> str:
    return f"INSERT INTO metrics_stalelead (lead_id) VALUES ({lead});"  # noqa: S608


def _counts(row: str) -> str:
    """Whether a stage change bears on a stay. The first one of a new lead, which an import writes by
    the hundred thousand, does not: it is no stay by itself, and there is none that it would begin."""
    # One row at most, by index: with EXISTS, PostgreSQL reads the whole table to ask for many leads.
    known = " OR ".join(
        f"(SELECT 1 FROM {table} o WHERE o.lead_id = {row}.lead_id LIMIT 1) IS NOT NULL"  # noqa: S608
        for table in ("metrics_stay", "metrics_stalelead")
    )
    return f"({row}.from_stage_id IS NOT NULL OR {known})"


def _stale_of(rows: str) -> str:
    return (
        f"INSERT INTO metrics_stalelead (lead_id) SELECT DISTINCT lead_id FROM {rows} c "  # noqa: S608
        f"WHERE {_counts('c')};"
    )


def _differs(columns: Iterable[str], sign: str) -> str:
    return " OR ".join(f"old.{column} {sign} new.{column}" for column in columns)


# --- SQLite ---------------------------------------------------------------------------------------
def _sqlite() -> dict[str, str]:
    """Name of each trigger → the statement that makes it."""
    moved = _differs(STAYED, "IS NOT")
    bodies = {
        "lead_came": f"AFTER INSERT ON {LEADS} BEGIN {_lead('new', 1)} END",
        "lead_went": f"AFTER DELETE ON {LEADS} BEGIN {_lead('old', -1)} END",
        "lead_changed": (
            f"AFTER UPDATE OF {_listed(COUNTED)} ON {LEADS} WHEN {_differs(COUNTED, 'IS NOT')} "
            f"BEGIN {_lead('old', -1)} {_lead('new', 1)} END"
        ),
        "lead_began_else": (
            f"AFTER UPDATE OF created_at ON {LEADS} WHEN old.created_at <> new.created_at "
            f"BEGIN {_stale('new.id')} END"
        ),
        "stage_came": (
            f"AFTER INSERT ON {CHANGES} WHEN {_counts('new')} BEGIN {_stale('new.lead_id')} END"
        ),
        "stage_went": (
            f"AFTER DELETE ON {CHANGES} WHEN {_counts('old')} BEGIN {_stale('old.lead_id')} END"
        ),
        "stage_changed": (
            f"AFTER UPDATE OF {_listed(STAYED)} ON {CHANGES} WHEN {moved} "
            f"BEGIN {_stale('old.lead_id')} {_stale('new.lead_id')} END"
        ),
    }
    return {
        f"{PREFIX}{name}": f"CREATE TRIGGER {PREFIX}{name} {body}" for name, body in bodies.items()
    }


# --- PostgreSQL -----------------------------------------------------------------------------------
def _postgresql() -> dict[str, str]:
    """Name of each trigger → the statements that make its function and itself."""
    added, gone = "REFERENCING NEW TABLE AS added", "REFERENCING OLD TABLE AS gone"
    emptied = (
        "DELETE FROM metrics_stay; DELETE FROM metrics_staytally; DELETE FROM metrics_stalelead;"
    )
    bodies = {
        "lead_came": (f"AFTER INSERT ON {LEADS} {added}", _leads("added", 1)),
        "lead_went": (f"AFTER DELETE ON {LEADS} {gone}", _leads("gone", -1)),
        "lead_changed": (
            f"AFTER UPDATE OF {_listed(COUNTED)} ON {LEADS} FOR EACH ROW "
            f"WHEN ({_differs(COUNTED, 'IS DISTINCT FROM')})",
            _lead("old", -1) + _lead("new", 1),
        ),
        "lead_began_else": (
            f"AFTER UPDATE OF created_at ON {LEADS} FOR EACH ROW "
            "WHEN (old.created_at <> new.created_at)",
            _stale("new.id"),
        ),
        "lead_emptied": (
            f"AFTER TRUNCATE ON {LEADS}",
            "DELETE FROM metrics_leadchange; DELETE FROM metrics_leadtally;",
        ),
        "stage_arrived": (f"AFTER INSERT ON {CHANGES} {added}", _stale_of("added")),
        "stage_left": (f"AFTER DELETE ON {CHANGES} {gone}", _stale_of("gone")),
        "stage_changed": (
            f"AFTER UPDATE OF {_listed(STAYED)} ON {CHANGES} FOR EACH ROW "
            f"WHEN ({_differs(STAYED, 'IS DISTINCT FROM')})",
            _stale("old.lead_id") + _stale("new.lead_id"),
        ),
        "stage_emptied": (f"AFTER TRUNCATE ON {CHANGES}", emptied),
    }
    return {
        f"{PREFIX}{name}": (
            f"CREATE OR REPLACE FUNCTION {PREFIX}{name}() RETURNS trigger LANGUAGE plpgsql "
            f"{BY_INDEX if name in ASKING else ''} AS $$ BEGIN {act} RETURN NULL; END $$; "
            f"CREATE TRIGGER {PREFIX}{name} {when} EXECUTE FUNCTION {PREFIX}{name}()"
        )
        for name, (when, act) in bodies.items()
    }
