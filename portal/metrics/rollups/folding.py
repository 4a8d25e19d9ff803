"""What was written down becomes tallies: by the sweep bit by bit, or everything anew.

One at a time. What is folded leaves the journal in the transaction that counts it, so a reader finds
each change in one of the two, whether this ends, fails or is killed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from portal.metrics.models import LeadChange, Rollup, StaleLead
from portal.metrics.rollups import zoned

LEADS = "leads"
#: Rows of the journal that are folded in one transaction, and leads whose stays are told anew.
SLICE, STALE_SLICE = 20_000, 5_000
#: How long one sweep folds, in seconds; what is left waits for the next.
LONGEST = 10.0
KEYS = "dimension, span, begins_on, key, stage_id, status, reached, days"
ADDED = f"""
INSERT INTO metrics_leadtally ({KEYS}, n)
SELECT {KEYS}, SUM(n) FROM (
  SELECT d.dimension, s.span, {{begins}} AS begins_on, {{key}} AS key,
         stage_id, status, reached, days, n
  FROM ({{rows}}) counted
  CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'source' UNION ALL SELECT 'campaign') d
  CROSS JOIN (SELECT 'day' AS span UNION ALL SELECT 'month' UNION ALL SELECT 'ever') s
) spread GROUP BY {KEYS} HAVING SUM(n) <> 0
ON CONFLICT ({KEYS}) DO UPDATE SET n = metrics_leadtally.n + excluded.n
"""  # noqa: S608
#: Changes on the same day to leads alike are one row before they are spread over dimensions and spans.
ROWS = """
SELECT {day} AS day, {month} AS month, source, campaign_id, stage_id, status, reached, {days} AS days, SUM({n}) AS n
FROM {table} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING SUM({n}) <> 0
"""
KEY = """CASE d.dimension WHEN 'source' THEN source
WHEN 'campaign' THEN COALESCE(CAST(campaign_id AS varchar(20)), '') ELSE '' END"""
#: Every stay of some leads out of their history. The first begins with the lead.
STAYS = """
SELECT change_id, lead_id, created_at, from_stage_id, to_stage_id, {days} AS days FROM (
  SELECT c.id AS change_id, c.lead_id, l.created_at, c.from_stage_id, c.to_stage_id, c.at,
         COALESCE(LAG(c.at) OVER (PARTITION BY c.lead_id ORDER BY c.at, c.id), l.created_at) AS came
  FROM leads_stagechange c JOIN leads_lead l ON l.id = c.lead_id {which}
) moves WHERE from_stage_id IS NOT NULL
"""


INTO_STAYS = (
    "INSERT INTO metrics_stay (change_id, lead_id, created_at, from_stage_id, to_stage_id, days)"
)


STAY_KEYS = "span, begins_on, from_stage_id, to_stage_id, days"
ADDED_STAYS = f"""
INSERT INTO metrics_staytally ({STAY_KEYS}, n)
SELECT {STAY_KEYS}, SUM(n) FROM (
  SELECT s.span, {{begins}} AS begins_on, from_stage_id, to_stage_id, days, n FROM (
    SELECT {{day}} AS day, {{month}} AS month, from_stage_id, to_stage_id, days, SUM({{n}}) AS n
    FROM metrics_stay {{which}} GROUP BY 1, 2, 3, 4, 5
  ) counted
  CROSS JOIN (SELECT 'day' AS span UNION ALL SELECT 'month' UNION ALL SELECT 'ever') s
) spread GROUP BY {STAY_KEYS} HAVING SUM(n) <> 0
ON CONFLICT ({STAY_KEYS}) DO UPDATE SET n = metrics_staytally.n + excluded.n
"""  # noqa: S608


def fold_rollups(at: datetime) -> dict[str, int]:
    """The sweeper. Where there are no roll-ups by the days of this time zone, make them."""
    if not is_whole():
        rebuild()
        return {"folded": 0}
    ends, folded = time.monotonic() + LONGEST, 0
    for slice_of in (fold_leads, fold_stays):
        while time.monotonic() < ends and (done := slice_of()):
            folded += done
    return {"folded": folded}


def fold_everything() -> None:
    """Until nothing is left that spells how a lead was: somebody is erased."""
    if not is_whole():
        rebuild()
    while fold_leads() or fold_stays():
        pass


def is_whole() -> bool:
    """Whether roll-ups hold everything by the days of the deployment's time zone."""
    return Rollup.objects.filter(name=LEADS, zone=zoned.zone()).exists()


def rebuild() -> None:
    """Count everything anew. Readers wait for nothing, and on PostgreSQL writers neither."""
    with _alone() as cursor:
        cursor.execute("DELETE FROM metrics_leadtally")
        cursor.execute("DELETE FROM metrics_stay")
        cursor.execute("DELETE FROM metrics_staytally")
        _anew(cursor, LeadChange, _added("leads_lead", "1"))
        _anew(cursor, StaleLead, f"{INTO_STAYS} {stays('')}")
        cursor.execute(_added_stays("", 1))
        made = {"zone": zoned.zone(), "made_at": timezone.now()}
        Rollup.objects.update_or_create(name=LEADS, defaults=made)


def fold_leads() -> int:
    """One slice of what changed; how many rows of the journal it took."""
    if not LeadChange.objects.exists():
        return 0
    with _alone() as cursor:
        taken = [pk for (pk,) in _first(LeadChange, SLICE, "pk")]
        if not is_whole() or not taken:
            return 0
        rows = f"(SELECT * FROM metrics_leadchange WHERE id IN {_listed()}) taken"  # noqa: S608
        cursor.execute(_added(rows, "n"), [_packed(taken)])
        cursor.execute(f"DELETE FROM metrics_leadchange WHERE id IN {_listed()}", [_packed(taken)])  # noqa: S608
        cursor.execute("DELETE FROM metrics_leadtally WHERE n = 0")
        return len(taken)


def fold_stays() -> int:
    """The stays of so many leads anew; how many marks that took away."""
    if not StaleLead.objects.exists():
        return 0
    with _alone() as cursor:
        marks = _first(StaleLead, STALE_SLICE, "pk", "lead_id")
        if not is_whole() or not marks:
            return 0
        leads = [_packed(sorted({lead for _, lead in marks}))]
        which = f"WHERE lead_id IN {_listed()}"
        cursor.execute(_added_stays(which, -1), leads)
        cursor.execute(f"DELETE FROM metrics_stay {which}", leads)  # noqa: S608
        cursor.execute(f"{INTO_STAYS} {stays(f'WHERE c.lead_id IN {_listed()}')}", leads)
        cursor.execute(_added_stays(which, 1), leads)
        cursor.execute("DELETE FROM metrics_staytally WHERE n = 0")
        taken = [_packed([pk for pk, _ in marks])]
        cursor.execute(f"DELETE FROM metrics_stalelead WHERE id IN {_listed()}", taken)  # noqa: S608
        return len(marks)


def _added_stays(which: str, n: int) -> str:
    """The statement that adds stays to their tallies, or takes them away."""
    day, month = zoned.day("created_at"), zoned.month("created_at")
    return ADDED_STAYS.format(begins=_begins(), day=day, month=month, n=n, which=which)


def _begins() -> str:
    return f"CASE s.span WHEN 'day' THEN day WHEN 'month' THEN month ELSE {zoned.ever()} END"


def stays(which: str) -> str:
    """The statement that tells stays out of the history of some leads."""
    return STAYS.format(days=zoned.days_between("came", "at"), which=which)


@contextmanager
def _alone() -> Iterator[Any]:
    """A transaction that no other one folds beside; readers and writers of leads go on."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE metrics_rollup IN SHARE UPDATE EXCLUSIVE MODE")
        yield cursor


def _anew(cursor: Any, journal: type[Model], statement: str) -> None:
    """Count everything and forget the journal of it, as of one moment."""
    table = journal._meta.db_table
    if connection.vendor == "postgresql":
        cursor.execute(f"WITH gone AS (DELETE FROM {table}) {statement}")  # noqa: S608
        return
    cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    cursor.execute(statement)


def _added(table: str, n: str) -> str:
    """The statement that adds rows of leads, or of their changes, to the tallies."""
    day, month = zoned.day("created_at"), zoned.month("created_at")
    rows = ROWS.format(day=day, month=month, days=zoned.days_to_won(), n=n, table=table)
    return ADDED.format(begins=_begins(), key=KEY, rows=rows)


def _first(journal: type[Model], most: int, *columns: str) -> list[tuple[int, ...]]:
    """Rows by their own keys: one that is written now may come to stand before them."""
    return list(journal._default_manager.order_by("pk").values_list(*columns)[:most])


def _listed() -> str:
    if connection.vendor == "postgresql":
        return "(SELECT UNNEST(CAST(%s AS bigint[])))"
    return "(SELECT value FROM json_each(%s))"


def _packed(keys: list[int]) -> Any:
    return keys if connection.vendor == "postgresql" else json.dumps(keys)
