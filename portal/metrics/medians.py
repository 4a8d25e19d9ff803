"""Medians by group, computed by the database in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

#: How often each number is there; the median stands where half of them lie before it, or is the
#: mean of the two numbers in the middle. Numbers repeat, so little is left to be put in order.
BY_HISTOGRAM = """
WITH counted AS (
  SELECT k, v, COUNT(*) AS n FROM ({inner}) measured WHERE v IS NOT NULL GROUP BY k, v
), placed AS (
  SELECT 0 AS whole, k, v, n, SUM(n) OVER (PARTITION BY k ORDER BY v) AS upto,
         SUM(n) OVER (PARTITION BY k) AS size FROM counted {whole}
)
SELECT whole, k, AVG(v) FROM placed
WHERE 2 * upto >= size AND 2 * (upto - n) <= size GROUP BY whole, k
"""
WHOLE = """
  UNION ALL
  SELECT 1, NULL, v, n, SUM(n) OVER (ORDER BY v), SUM(n) OVER ()
  FROM (SELECT v, SUM(n) AS n FROM counted GROUP BY v) summed
"""


@dataclass(frozen=True, slots=True)
class Medians:
    """Group → median, without groups that have no number; and the median of all numbers."""

    by_group: dict[Any, float] = field(default_factory=dict)
    whole: float | None = None


def medians(rows: QuerySet[Any]) -> dict[Any, float]:
    """Group → median. ``rows`` yields exactly two columns, ``k`` (group) and ``v`` (number or NULL).

    Groups without a number are absent.
    """
    return _asked(rows, "").by_group


def medians_and_whole(rows: QuerySet[Any]) -> Medians:
    """The same, with the median over all groups, in the same pass."""
    return _asked(rows, WHOLE)


def _asked(rows: QuerySet[Any], whole: str) -> Medians:
    try:
        inner, params = rows.order_by().query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return Medians()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(BY_HISTOGRAM.format(inner=inner, whole=whole), params)
        found = cursor.fetchall()
    by_group = {group: float(value) for is_whole, group, value in found if not is_whole}
    in_all = (float(value) for is_whole, _, value in found if is_whole)
    return Medians(by_group, next(in_all, None))
