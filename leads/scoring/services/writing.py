"""Writing scores down: only where they change, with a line in the history when the band changes."""

# ruff: noqa: S608 (only names of our own stand in the texts)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from leads.scoring.models import ScoreChange, ScoreEntry
from leads.scoring.rules import PART
from leads.scoring.sets import COLUMNS, statement

if TYPE_CHECKING:
    from datetime import datetime

    from leads.querysets import LeadQuerySet
    from leads.scoring.reading import Opened

#: What makes the band of a lead.
BAND = ("grade", "is_ready", "is_ruled_out")
#: How many rules a line of the history names.
MOST_REASONS = 5
#: So many leads are named one by one.
FEW = 500


def write_changed(
    opened: Opened,
    found: Sequence[Mapping[str, Any]],
    *,
    revision: int,
    cause: str,
    is_seen: bool = True,
) -> int:
    """Store these scores where they differ; answers how many did. ``is_seen``: people see them, so
    a change of band is history."""
    at = timezone.now()
    was = _former([row["lead_id"] for row in found], revision)
    changed = [row for row in found if _differs(row, was.get(row["lead_id"]), COLUMNS)]
    _store(changed, revision, at)
    if is_seen:
        moved = [row for row in changed if row["lead_id"] in was]
        moved = [row for row in moved if _differs(row, was[row["lead_id"]], BAND)]
        lines = [_change(opened, row, was[row["lead_id"]], cause) for row in moved]
        for line in lines:
            line.revision_id, line.at = revision, at
        ScoreChange.objects.bulk_create(lines, batch_size=1000)
    return len(changed)


def _former(keys: Sequence[int], revision: int) -> dict[int, Mapping[str, Any]]:
    """What stands there; by range where leads stand close together, so that the statement stays short."""
    rows = ScoreEntry.objects.filter(revision=revision).order_by()
    if len(keys) <= FEW:
        rows = rows.filter(lead__in=keys)
    else:
        rows = rows.filter(lead__gte=min(keys), lead__lte=max(keys))
    return {entry["lead_id"]: entry for entry in rows.values("lead_id", *COLUMNS)}


def _differs(row: Mapping[str, Any], was: Mapping[str, Any] | None, names: Sequence[str]) -> bool:
    return was is None or any(row[name] != was[name] for name in names)


def _store(rows: Sequence[Mapping[str, Any]], revision: int, at: datetime) -> None:
    entries = [
        ScoreEntry(
            lead_id=row["lead_id"],
            revision_id=revision,
            scored_at=at,
            **{name: row[name] for name in COLUMNS},
        )
        for row in rows
    ]
    ScoreEntry.objects.bulk_create(
        entries,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["lead", "revision"],
        update_fields=[*COLUMNS, "scored_at"],
    )


def _change(
    opened: Opened, row: Mapping[str, Any], was: Mapping[str, Any], cause: str
) -> ScoreChange:
    return ScoreChange(
        lead_id=row["lead_id"],
        cause=cause,
        score=row["score"],
        grade=row["grade"],
        is_ready=row["is_ready"],
        is_ruled_out=row["is_ruled_out"],
        former_score=was["score"],
        former_grade=was["grade"],
        was_ready=was["is_ready"],
        reasons=_reasons(opened, row["points"]),
    )


def _reasons(opened: Opened, points: Mapping[int, int]) -> list[dict[str, Any]]:
    """The rules that weigh most."""
    heavy = sorted((n for n in points if points[n]), key=lambda n: (-abs(points[n]), n))
    return [
        {"rule": opened.asked[n].rule.name, "points": round(points[n] / PART, 1)}
        for n in heavy[:MOST_REASONS]
    ]


def write_unseen(opened: Opened, rows: LeadQuerySet, *, revision: int) -> int:
    """Scores of a model that nobody sees yet, in one statement; rows that stay as they are are not written."""
    made = statement(opened, rows, revision=revision)
    table = connection.ops.quote_name(ScoreEntry._meta.db_table)
    names = ", ".join(COLUMNS)
    differs = " OR ".join(f"was.{name} <> excluded.{name}" for name in COLUMNS)
    news = ", ".join(f"{name} = excluded.{name}" for name in (*COLUMNS, "scored_at"))
    now = connection.ops.adapt_datetimefield_value(opened.now)
    at = "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
    sql = (
        f"{made.sql} INSERT INTO {table} AS was (lead_id, revision_id, {names}, scored_at) "
        f"SELECT lead_id, %s, {names}, {at} FROM scored WHERE true "
        f"ON CONFLICT (lead_id, revision_id) DO UPDATE SET {news} WHERE {differs}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*made.params, revision, now])
        return max(cursor.rowcount, 0)


def write_switch(*, before: int, after: int, at: datetime) -> None:
    """A line in the history of each lead whose band differs between two models, in one statement."""
    entries = connection.ops.quote_name(ScoreEntry._meta.db_table)
    changes = connection.ops.quote_name(ScoreChange._meta.db_table)
    now = connection.ops.adapt_datetimefield_value(at)
    moment, empty = (
        ("%s::timestamptz", "'[]'::jsonb") if connection.vendor == "postgresql" else ("%s", "'[]'")
    )
    differs = " OR ".join(f"was.{name} <> now.{name}" for name in BAND)
    sql = (
        f"INSERT INTO {changes} (lead_id, revision_id, at, cause, score, grade, is_ready, is_ruled_out, "
        "former_score, former_grade, was_ready, reasons) "
        f"SELECT now.lead_id, %s, {moment}, %s, now.score, now.grade, now.is_ready, now.is_ruled_out, "
        f"was.score, was.grade, was.is_ready, {empty} FROM {entries} AS now "
        f"JOIN {entries} AS was ON was.lead_id = now.lead_id AND was.revision_id = %s "
        f"WHERE now.revision_id = %s AND ({differs})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, now, ScoreChange.Cause.MODEL, before, after])
