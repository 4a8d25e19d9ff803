"""What the page of an import shows besides its own fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.intake.models import Import, ImportRow

SHOWN = 25


@dataclass(frozen=True)
class Progress:
    """How far an import is. ``eta`` is seconds; None while it cannot be told."""

    done: int
    total: int
    eta: float | None
    is_stuck: bool
    words: str


WORDS = {
    Import.State.READING: "Reading the file",
    Import.State.CHECKING: "Trying every row, bringing nothing in",
    Import.State.RUNNING: "Bringing rows in",
    Import.State.UNDOING: "Taking everything back",
}


def progress_of(run: Import, now: datetime) -> Progress | None:
    """None when nothing is under way."""
    if not run.is_busy:
        return None
    job = run.job
    done = run.position if run.state == Import.State.RUNNING else job.progress_done if job else 0
    words = WORDS[Import.State(run.state)]
    if job is not None and job.state == "queued":
        words = f"{words}: waiting for its turn"
    started = job.started_at if job else run.started_at
    seconds = (now - started).total_seconds() if started and done else 0
    eta = (run.rows - done) * seconds / done if done and seconds > 2 else None
    return Progress(done, run.rows, eta, _has_stopped(run, now), words)


def _has_stopped(run: Import, now: datetime) -> bool:
    """Nobody works on it any more and nobody will: a person may start it again."""
    return run.is_stuck(now) or (run.job is not None and run.job.state in {"dead", "failed"})


def shown_outcomes(run: Import) -> list[dict[str, Any]]:
    """Some rows of each fate, for a trial and for what was refused."""
    columns = run.dialect.get("columns", [])
    shown = []
    for outcome in ImportRow.Outcome:
        rows = list(run.outcomes.filter(outcome=outcome).exclude(cells=[]).order_by("line")[:SHOWN])
        if rows:
            shown.append(
                {
                    "outcome": outcome.value,
                    "label": outcome.label,
                    "rows": [_row(row, columns) for row in rows],
                }
            )
    return shown


def _row(row: ImportRow, columns: list[str]) -> dict[str, Any]:
    filled = [(name, cell) for name, cell in zip(columns, row.cells, strict=False) if cell.strip()]
    changed = row.before.get("fields", []) if isinstance(row.before, dict) else []
    return {
        "line": row.line,
        "reason": row.reason or (f"Changes {', '.join(_words(changed))}." if changed else ""),
        "cells": filled[:4] or [("", cell) for cell in row.cells[:1]],
        "record_id": row.record_id,
    }


def _words(names: list[str]) -> list[str]:
    return [name.removesuffix("_id").replace("_", " ") for name in names]
