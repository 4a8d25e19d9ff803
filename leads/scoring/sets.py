"""The score of many leads in one statement: the set-based twin of ``leads.scoring.rules``.

The statement is built in steps, each a named query: what holds of each lead (``base``), what each did
day by day (``daily``), what is left of it (``faded``), the points of each rule (``ruled``), of each
group (``grouped``), of each side (``sided``), in percent (``scaled``), the score and where its lead
stood (``placed``), and its grade. Names in it are ours, figures are whole numbers of the model, and
everything that people typed travels as a parameter.
"""

# ruff: noqa: S608 (only names of our own and whole numbers stand in the texts)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce, Least, TruncDate

from leads.conditions.sql import touches_of
from leads.models import Touchpoint
from leads.scoring.definition import ENGAGEMENT, FIT, POINTS, RULE_OUT
from leads.scoring.models import ScoreEntry
from leads.scoring.rules import DIGITS, LETTERS, PART, Steps

if TYPE_CHECKING:
    from leads.querysets import LeadQuerySet
    from leads.scoring.reading import Opened

COLUMNS = (
    "score",
    "fit",
    "engagement",
    "grade",
    "known",
    "is_ready",
    "is_ruled_out",
)


@dataclass
class Statement:
    """Named queries, one on another, with the parameters of each."""

    parts: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)

    def add(self, name: str, sql: str, params: Sequence[Any] = ()) -> None:
        self.parts.append(f"{name} AS ({sql})")
        self.params += params

    @property
    def sql(self) -> str:
        return "WITH " + ", ".join(self.parts)


def statement(
    opened: Opened, rows: LeadQuerySet, *, revision: int | None, is_trial: bool = False
) -> Statement:
    """All steps; the last query is called ``scored`` and has ``lead_id``, ``COLUMNS`` and ``p0, p1…``.

    ``revision`` names whose former scores give slack. A trial looks at each lead as of its own end
    (won or lost), so that nothing is foretold from what came after it.
    """
    made = Statement()
    made.add("base", *_base(opened, rows))
    if opened.events:
        made.add("daily", *_daily(opened, rows, is_trial=is_trial))
        made.add("faded", _faded(opened))
    made.add("ruled", _ruled(opened))
    made.add("grouped", _grouped(opened))
    made.add("sided", _sided(opened))
    made.add("scaled", _scaled(opened))
    made.add("placed", *_placed(opened, revision))
    made.add("scored", _scored(opened))
    return made


# --- what holds of each lead --------------------------------------------------------------------
def _base(opened: Opened, rows: LeadQuerySet) -> tuple[str, tuple[Any, ...]]:
    """Points of the rules that look at the lead, what of the fit is known, and who is ruled out."""
    columns: dict[str, Any] = {}
    out = Q()
    for place, asked in enumerate(opened.asked):
        if asked.rule.kind == POINTS:
            columns[f"p{place}"] = _when(asked.met(opened.now), asked.rule.points * PART)
        elif asked.rule.kind == RULE_OUT:
            out |= asked.met(opened.now)
    for place, rule in opened.model.of_fit:
        asked = opened.asked[place]
        judged = asked.met(opened.now) | asked.not_met()
        columns[f"k{place}"] = _when(judged, abs(rule.points))
    columns["ruled_out"] = _when(out, 1) if out else Value(0, output_field=IntegerField())
    chosen = rows.order_by().annotate(**columns).values("pk", *columns)
    sql, params = chosen.query.sql_with_params()
    picked = ", ".join(f"chosen.{name}" for name in columns)
    return f"SELECT chosen.pk AS lead_id, {picked} FROM ({sql}) AS chosen", params


def _when(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())


# --- what each did ------------------------------------------------------------------------------
def _daily(opened: Opened, rows: LeadQuerySet, *, is_trial: bool) -> tuple[str, tuple[Any, ...]]:
    """How often each rule was met, lead by lead and day by day. One look at the touchpoints."""
    conditions = {
        f"c{place}": touches_of(asked.did, asked.condition.scene)
        for place, asked in opened.events
        if asked.did and asked.condition and not asked.is_broken
    }
    touches = Touchpoint.objects.filter(
        lead__in=rows.order_by().values("pk"), left_out=""
    ).order_by()
    ends = Least(
        Coalesce(F("lead__converted_at"), Value(opened.now)),
        Coalesce(F("lead__lost_at"), Value(opened.now)),
    )
    if is_trial:
        touches = touches.filter(occurred_at__lte=ends)
        since = TruncDate(ends, tzinfo=opened.zone)
    wanted = Q()
    for condition in conditions.values():
        wanted |= condition
    touches = touches.filter(wanted) if conditions else touches.none()
    grouped = touches.annotate(day=TruncDate("occurred_at", tzinfo=opened.zone))
    if is_trial:
        grouped = grouped.annotate(until=since)
    keys = ("lead_id", "day", *(("until",) if is_trial else ()))
    counted = grouped.values(*keys).annotate(
        **{name: Count("pk", filter=condition) for name, condition in conditions.items()}
    )
    names = [*keys, *conditions]
    sql, params = _query(counted, names)
    today = opened.now.astimezone(opened.zone).date()
    until = "daily.until" if is_trial else "%s::date" if _is_postgres() else "%s"
    extra = () if is_trial else (today.isoformat(),)
    missing = "".join(f", 0 AS c{n}" for n, _ in opened.events if f"c{n}" not in conditions)
    age = _age(until, "daily.day")
    return (
        f"SELECT daily.*{missing}, {age} AS age FROM ({sql}) AS daily",
        (*extra, *params),
    )


def _query(rows: Any, names: Sequence[str]) -> tuple[str, tuple[Any, ...]]:
    """The statement of a queryset; one that can find nothing asks nothing."""
    try:
        return rows.query.sql_with_params()
    except EmptyResultSet:
        return f"SELECT {', '.join(f'NULL AS {name}' for name in names)} WHERE 1 = 0", ()


def _age(until: str, day: str) -> str:
    """Whole days between two days, not less than none."""
    if _is_postgres():
        return f"GREATEST({until} - {day}, 0)"
    return f"MAX(CAST(JULIANDAY({until}) - JULIANDAY({day}) AS INTEGER), 0)"


def _faded(opened: Opened) -> str:
    """What is left of each rule's events, in thousandths of an event."""
    half_life = opened.model.shape.half_life
    weight = str(PART)
    if half_life is not None:
        power = f"POWER(0.5, age / {half_life!r})"
        if _is_postgres():
            power = f"POWER(0.5::float8, age::float8 / {half_life!r}::float8)"
        weight = f"CAST(FLOOR({PART} * {power} + 0.5) AS BIGINT)"
    sums = ", ".join(
        f"SUM({_least(f'c{place}', asked.rule.per_day)} * {weight}) AS e{place}"
        for place, asked in opened.events
    )
    return f"SELECT lead_id, {sums} FROM daily GROUP BY lead_id"


def _least(name: str, most: int | None) -> str:
    return name if most is None else f"{_small()}({name}, {most})"


# --- from points to a score ---------------------------------------------------------------------
def _ruled(opened: Opened) -> str:
    points = [
        f"CAST(COALESCE(faded.e{place}, 0) * ({asked.rule.points}) AS BIGINT) AS p{place}"
        for place, asked in opened.events
    ]
    kept = [f"base.p{n}" for n, a in enumerate(opened.asked) if a.rule.kind == POINTS]
    known = [f"base.k{place}" for place, _ in opened.model.of_fit]
    columns = ", ".join(("base.lead_id", "base.ruled_out", *kept, *points, *known))
    joined = "LEFT JOIN faded ON faded.lead_id = base.lead_id" if opened.events else ""
    return f"SELECT {columns} FROM base {joined}"


def _grouped(opened: Opened) -> str:
    """The points of each group, within its limit, and how much of the fit was judged."""
    sums = "".join(
        f", {_within(_sum(f'p{n}' for n, _ in opened.model.of_group(g.name)), g.cap)} AS g{place}"
        for place, g in enumerate(opened.model.groups)
    )
    judged = _sum(f"k{place}" for place, _ in opened.model.of_fit)
    return f"SELECT ruled.*{sums}, {judged} AS judged FROM ruled"


def _sum(names: Iterable[str]) -> str:
    return "(" + (" + ".join(names) or "0") + ")"


def _within(value: str, cap: int | None) -> str:
    if cap is None:
        return value
    return f"{_large()}({-cap * PART}, {_small()}({cap * PART}, {value}))"


def _sided(opened: Opened) -> str:
    shape, groups = opened.model.shape, opened.model.groups
    sides = "".join(
        f", {_large()}(0, {_small()}({full * PART}, "
        f"{_sum(f'g{n}' for n, group in enumerate(groups) if group.axis == axis)})) AS {axis}_parts"
        for axis, full in ((FIT, shape.fit_full), (ENGAGEMENT, shape.engagement_full))
    )
    return f"SELECT grouped.*{sides} FROM grouped"


def _scaled(opened: Opened) -> str:
    shape = opened.model.shape
    weight = sum(abs(rule.points) for _, rule in opened.model.of_fit)
    known = f"judged * 100 / {weight}" if weight else "100"
    return (
        f"SELECT sided.*, fit_parts * 100 / {shape.fit_full * PART} AS fit, "
        f"engagement_parts * 100 / {shape.engagement_full * PART} AS engagement, "
        f"{known} AS known FROM sided"
    )


def _placed(opened: Opened, revision: int | None) -> tuple[str, tuple[Any, ...]]:
    """The score, and where the lead stood before by the same revision."""
    share = opened.model.shape.fit_share
    number = f"({share} * scaled.fit + {100 - share} * scaled.engagement + 50) / 100"
    table = connection.ops.quote_name(ScoreEntry._meta.db_table)
    return (
        f"SELECT scaled.*, CASE WHEN ruled_out = 1 THEN 0 ELSE {number} END AS score, "
        f"{_former('SUBSTR(former.grade, 1, 1)', LETTERS)} AS was_letter, "
        f"{_former('SUBSTR(former.grade, 2, 1)', DIGITS)} AS was_digit, "
        "CASE WHEN former.is_ready THEN 1 ELSE 0 END AS was_ready "
        f"FROM scaled LEFT JOIN {table} AS former "
        "ON former.lead_id = scaled.lead_id AND former.revision_id = %s"
        if revision is not None
        else "SELECT scaled.*, "
        f"CASE WHEN ruled_out = 1 THEN 0 ELSE {number} END AS score, "
        "9 AS was_letter, 9 AS was_digit, 0 AS was_ready FROM scaled"
    ), (revision,) if revision is not None else ()


def _former(part: str, marks: str) -> str:
    whens = " ".join(f"WHEN '{mark}' THEN {place}" for place, mark in enumerate(marks))
    return f"CASE {part} {whens} ELSE 9 END"


def _scored(opened: Opened) -> str:
    shape = opened.model.shape
    letter = _stepped("fit", shape.fit_steps, "was_letter", LETTERS, shape.slack)
    digit = _stepped("engagement", shape.engagement_steps, "was_digit", DIGITS, shape.slack)
    points = "".join(f", p{n}" for n, a in enumerate(opened.asked) if a.rule.kind != RULE_OUT)
    ready = f"score >= {shape.ready_from} - was_ready * {shape.slack}"
    return (
        "SELECT lead_id, score, fit, engagement, "
        f"CASE WHEN ruled_out = 1 THEN 'D4' ELSE {letter} || {digit} END AS grade, known, "
        f"(ruled_out = 0 AND {ready}) AS is_ready, (ruled_out = 1) AS is_ruled_out{points} FROM placed"
    )


def _stepped(value: str, steps: Steps, was: str, marks: str, slack: int) -> str:
    whens = " ".join(
        f"WHEN {value} >= {limit} OR ({was} <= {place} AND {value} >= {limit - slack}) THEN '{mark}'"
        for place, (limit, mark) in enumerate(zip(steps, marks, strict=False))
    )
    return f"(CASE {whens} ELSE '{marks[-1]}' END)"


# --- engines ------------------------------------------------------------------------------------
def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _small() -> str:
    return "LEAST" if _is_postgres() else "MIN"


def _large() -> str:
    return "GREATEST" if _is_postgres() else "MAX"


def fetch(opened: Opened, rows: LeadQuerySet, **options: Any) -> list[dict[str, Any]]:
    """The scores as rows of Python, with the points of each rule under ``points``."""
    sql, params = selected(opened, rows, **options)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return rows_of(opened, cursor)


def selected(opened: Opened, rows: LeadQuerySet, **options: Any) -> tuple[str, list[Any]]:
    """The whole statement that ``rows_of`` reads."""
    made = statement(opened, rows, **options)
    names = ("lead_id", *COLUMNS, *(f"p{n}" for n in _places(opened)))
    return f"{made.sql} SELECT {', '.join(names)} FROM scored", made.params


def rows_of(opened: Opened, cursor: Any) -> list[dict[str, Any]]:
    places = _places(opened)
    return [_as_row(values, places) for values in cursor.fetchall()]


def _places(opened: Opened) -> list[int]:
    return [n for n, asked in enumerate(opened.asked) if asked.rule.kind != RULE_OUT]


def _as_row(values: Sequence[Any], places: Sequence[int]) -> dict[str, Any]:
    row = dict(zip(("lead_id", *COLUMNS), values, strict=False))
    row["is_ready"], row["is_ruled_out"] = bool(row["is_ready"]), bool(row["is_ruled_out"])
    row["points"] = dict(zip(places, values[1 + len(COLUMNS) :], strict=True))
    return row
