"""Figures out of the tallies and what is not yet folded, in one statement: one moment, one number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet

from leads.models import REACH
from leads.reach import reaching
from portal.metrics.funnel import Funnel, Standing, funnel_of
from portal.metrics.funnel import median_stays as stays_of
from portal.metrics.groups import MOST_GROUPS, Group, Tabulated, finished, sums
from portal.metrics.models import NO_DAYS, LeadTally
from portal.metrics.rollups import zoned
from portal.metrics.rollups.folding import is_whole, stays

if TYPE_CHECKING:
    from portal.funnel.models import Stage

Dimension = LeadTally.Dimension
#: Set while a benchmark or a test wants to know what the leads themselves say.
_live: ContextVar[bool] = ContextVar("reports_live", default=False)


@dataclass(frozen=True, slots=True)
class Question:
    """What tallies can answer: leads created in a period, all of them or those of one key.

    ``key`` is a source, or the id of a campaign as text.
    """

    first: date | None = None
    last: date | None = None
    dimension: str = Dimension.ALL
    key: str | None = None

    def by(self, dimension: str) -> Question | None:
        """The same, grouped; None where the tallies do not hold both together."""
        if self.dimension in {Dimension.ALL, dimension}:
            return Question(self.first, self.last, dimension, self.key)
        return None


@contextmanager
def live() -> Iterator[None]:
    """Within, every figure is counted from the leads."""
    token = _live.set(True)
    try:
        yield
    finally:
        _live.reset(token)


def is_open() -> bool:
    """Whether roll-ups may be asked at all."""
    return not _live.get() and is_whole()


#: What both sides say, as rows ``k, stage_id, reached, status, v, n``.
TOLD = """
told AS (
  SELECT key AS k, stage_id, reached, status, days AS v, n FROM metrics_leadtally
  WHERE dimension = %s AND {spans} {one_key}
  UNION ALL
  SELECT {key}, stage_id, reached, status, {days}, n FROM metrics_leadchange
  WHERE {moments} {one_of}
)"""
#: How often each number of days is there, and which stand in the middle; see portal.metrics.medians.
PLACED = f"""
lasted AS (
  SELECT k, v, SUM(n) AS n FROM told WHERE v <> {NO_DAYS} GROUP BY k, v HAVING SUM(n) > 0
), placed AS (
  SELECT 0 AS whole, k, v, n, SUM(n) OVER (PARTITION BY k ORDER BY v) AS upto,
         SUM(n) OVER (PARTITION BY k) AS size FROM lasted
  UNION ALL
  SELECT 1, NULL, v, n, SUM(n) OVER (ORDER BY v), SUM(n) OVER ()
  FROM (SELECT v, SUM(n) AS n FROM lasted GROUP BY v) summed
)"""  # noqa: S608
MIDDLE = "FROM placed WHERE 2 * upto >= size AND 2 * (upto - n) <= size GROUP BY whole, k"
GROUPS = f"""
WITH {TOLD}, {PLACED}, counted AS (
  SELECT k, SUM(n) AS leads, {{reached}}, SUM(CASE WHEN status = 'won' THEN n ELSE 0 END) AS won
  FROM told GROUP BY k HAVING SUM(n) > 0
), ranked AS (
  SELECT k, {{label}} AS label, leads, mql, sql, opportunities, won,
         ROW_NUMBER() OVER (ORDER BY leads DESC, {{label}}) AS place FROM counted {{named}}
)
SELECT 0, place, k, label, leads, mql, sql, opportunities, won, NULL FROM ranked WHERE place <= {MOST_GROUPS}
UNION ALL
SELECT 1 + whole, 0, k, NULL, 0, 0, 0, 0, 0, AVG(v) {MIDDLE}
"""  # noqa: S608
STANDINGS = f"""
WITH {TOLD}, {PLACED}
SELECT 0, reached, stage_id, status, SUM(n), NULL FROM told
GROUP BY reached, stage_id, status HAVING SUM(n) > 0
UNION ALL
SELECT 1 + whole, 0, 0, NULL, 0, AVG(v) {MIDDLE}
"""  # noqa: S608
LABELS = {
    Dimension.SOURCE: ("k", ""),
    Dimension.CAMPAIGN: (
        "slug",
        "LEFT JOIN campaigns_campaign c ON CAST(c.id AS varchar(20)) = counted.k",
    ),
}
COLUMNS = {
    Dimension.ALL: "''",
    Dimension.SOURCE: "source",
    Dimension.CAMPAIGN: "COALESCE(CAST(campaign_id AS varchar(20)), '')",
}
REACHED = {"mql": "mql", "sql": "sql", "opportunities": "opportunity"}


def tabulated(question: Question) -> Tabulated | None:
    """Figures by group and in all, as ``groups.tabulated`` counts them; None beyond its most groups."""
    label, named = LABELS[Dimension(question.dimension)]
    reached = ", ".join(
        f"SUM(CASE WHEN reached >= {REACH[kind]} THEN n ELSE 0 END) AS {name}"
        for name, kind in REACHED.items()
    )
    found = _asked(GROUPS, question, reached=reached, label=label, named=named)
    lines = sorted(row for row in found if row[0] == 0)
    if len(lines) >= MOST_GROUPS:
        return None
    days = {row[2]: float(row[9]) for row in found if row[0] == 1}
    groups = [
        Group(label, finished(_counts(numbers), days.get(key)))
        for _, _, key, label, *numbers, _ in lines
    ]
    whole = next((float(row[9]) for row in found if row[0] == 2), None)
    return Tabulated(groups, finished(sums(groups), whole))


def _counts(numbers: list[Any]) -> dict[str, int]:
    names = ("leads", *REACHED, "won")
    return {name: int(number) for name, number in zip(names, numbers, strict=True)}


def funnel(question: Question, stages: Sequence[Stage], leads: QuerySet[Any]) -> Funnel | None:
    """The funnel as ``funnel.funnel`` counts it; None where stages can only be told by history.

    Stays are kept by period alone: those of one source or campaign are told from ``leads``.
    """
    if any(reaching(stage, stages) is None for stage in stages):
        return None
    found = _asked(STANDINGS, question)
    standings = [Standing(row[1], row[2], row[3], int(row[4])) for row in found if row[0] == 0]
    middle = next((float(row[5]) for row in found if row[0] == 2), None)
    days = median_stays(question) if question.dimension == Dimension.ALL else stays_of(leads)
    return funnel_of(standings, stages, days, middle)


def _asked(statement: str, question: Question, **parts: str) -> list[Any]:
    where, moments = _period(question.first, question.last)
    one_key = "" if question.key is None else "AND key = %s"
    column = COLUMNS[Dimension(question.dimension)]
    one_of = "" if question.key is None else f"AND {column} = %s"
    named = [] if question.key is None else [question.key]
    spans, bounds = _spans(question)
    text = statement.format(
        spans=spans,
        one_key=one_key,
        key=column,
        days=zoned.days_to_won(),
        moments=where,
        one_of=one_of,
        **parts,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [question.dimension, *bounds, *named, *moments, *named])
        return list(cursor.fetchall())


def _spans(question: Question) -> tuple[str, list[Any]]:
    """The condition on tallies of the period, and its values."""
    spans = zoned.spans_of(question.first, question.last)
    chosen = " OR ".join(["(span = %s AND begins_on BETWEEN %s AND %s)"] * len(spans))
    return f"({chosen})", [value for span in spans for value in span]


def _period(first: date | None, last: date | None) -> tuple[str, list[Any]]:
    """The condition on a lead's creation, as ``Cohort`` has it."""
    adapt = connection.ops.adapt_datetimefield_value
    parts, moments = ["1 = 1"], []
    if first:
        parts.append("created_at >= %s")
        moments.append(adapt(zoned.midnight(first)))
    if last:
        parts.append("created_at < %s")
        moments.append(adapt(zoned.midnight(last + timedelta(days=1))))
    return " AND ".join(parts), moments


#: Stays that are told, less those of leads in whose history something changed, and theirs anew.
STAYED = """
WITH stayed AS (
  SELECT from_stage_id, to_stage_id, days, n FROM metrics_staytally WHERE {spans}
  UNION ALL
  SELECT from_stage_id, to_stage_id, days, -1 FROM metrics_stay
  WHERE lead_id IN (SELECT lead_id FROM metrics_stalelead) AND {moments}
  UNION ALL
  SELECT from_stage_id, to_stage_id, days, 1 FROM ({anew}) anew WHERE {moments}
), counted AS (
  SELECT s.from_stage_id AS k, days AS v, SUM(n) AS n FROM stayed s
  JOIN funnel_stage f ON f.id = s.from_stage_id JOIN funnel_stage t ON t.id = s.to_stage_id
  WHERE t.position > f.position GROUP BY s.from_stage_id, days HAVING SUM(n) > 0
), placed AS (
  SELECT k, v, n, SUM(n) OVER (PARTITION BY k ORDER BY v) AS upto, SUM(n) OVER (PARTITION BY k) AS size
  FROM counted
)
SELECT k, AVG(v) FROM placed WHERE 2 * upto >= size AND 2 * (upto - n) <= size GROUP BY k
"""


def median_stays(question: Question) -> dict[int, float]:
    """Stage → median days of the stays in it, as ``funnel.median_stays`` tells them."""
    where, moments = _period(question.first, question.last)
    spans, bounds = _spans(question)
    anew = stays("WHERE c.lead_id IN (SELECT lead_id FROM metrics_stalelead)")
    with connection.cursor() as cursor:
        cursor.execute(
            STAYED.format(spans=spans, moments=where, anew=anew), [*bounds, *moments, *moments]
        )
        return {stage: float(value) for stage, value in cursor.fetchall()}
