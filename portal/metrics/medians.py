"""Medians by group, computed by the database in one pass."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

BY_PERCENTILE = """
SELECT k, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY v)
FROM ({inner}) measured WHERE v IS NOT NULL GROUP BY k
"""
#: The middle row of each group, or the mean of the two in the middle.
BY_WINDOW = """
SELECT k, AVG(v) FROM (
  SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) place, COUNT(*) OVER (PARTITION BY k) size
  FROM ({inner}) measured WHERE v IS NOT NULL
) ranked WHERE 2 * place BETWEEN size AND size + 2 GROUP BY k
"""


def medians(rows: QuerySet[Any], *, statement: str = "") -> dict[Any, float]:
    """Group → median. ``rows`` yields exactly two columns, ``k`` (group) and ``v`` (number or NULL).

    Groups without a number are absent. ``statement`` is for the test that both agree.
    """
    connection = connections[rows.db]
    statement = statement or (BY_PERCENTILE if connection.vendor == "postgresql" else BY_WINDOW)
    try:
        inner, params = rows.order_by().query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement.format(inner=inner), params)
        return {group: float(value) for group, value in cursor.fetchall()}
