"""What is to become of a row: which record it is about, and what would change. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from leads.intake.models import ImportRow
from leads.intake.rows import Row

Outcome = ImportRow.Outcome
Record = dict[str, Any]
Changes = Callable[[Row, Record], dict[str, Any]]
WORDS = {
    "external_id": "external id", "email": "e-mail address", "phone": "phone number", "name": "name and company",
    "company": "name", "domain": "domain", "touch": "external id or content",
}  # fmt: skip


class Finder(Protocol):
    """The records that the rows of a batch may be about, found by each of their keys."""

    def get(self, key: tuple[str, str]) -> Record | None: ...


@dataclass(slots=True)
class Decision:
    """One row's fate. ``changes`` holds new values by column, ``record`` what is here already."""

    row: Row
    outcome: str
    reason: str = ""
    record: Record | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    #: What changes as the file said it, without what follows from it.
    told: tuple[str, ...] = ()


def refusal(row: Row, reason: str, outcome: str = Outcome.REJECTED) -> Decision:
    return Decision(row, outcome, reason[:500])


def repeated(row: Row, line: int, kind: str) -> Decision:
    reason = f"Same {WORDS[kind]} as line {line:,} of this file."
    return refusal(row, reason, Outcome.DUPLICATE)


def decide(
    rows: Sequence[Row], known: Finder, changes: Changes, word: str = "lead"
) -> list[Decision]:
    """A decision for each row. ``changes`` compares a row with the record that it is about."""
    decisions = [
        _decide(row, known, changes, word) if not row.problem else refusal(row, row.problem)
        for row in rows
    ]
    _once_a_record(decisions, word)
    return decisions


def _once_a_record(decisions: Sequence[Decision], word: str) -> None:
    """Two rows may name one record by different keys; the first in the batch is the one that counts."""
    first: dict[int, int] = {}
    for decision in decisions:
        if decision.record is None or decision.record.get("absorbed"):
            continue
        line = first.setdefault(decision.record["id"], decision.row.line)
        if line != decision.row.line:
            decision.outcome, decision.changes, decision.record = Outcome.DUPLICATE, {}, None
            decision.reason = f"About the same {word} as line {line:,} of this file."


def _decide(row: Row, known: Finder, changes: Changes, word: str) -> Decision:
    record = next((found for key in row.keys if (found := known.get(key))), None)
    if record is None:
        return Decision(row, Outcome.CREATED)
    for kind, text in row.keys:
        other = known.get((kind, text))
        if other is not None and other["id"] != record["id"]:
            return refusal(
                row,
                f"Its {WORDS[kind]} already belongs to another {word}, so one of the two is wrong.",
            )
    found = changes(row, record)
    outcome = Outcome.UPDATED if found else Outcome.UNCHANGED
    return Decision(row, outcome, record=record, changes=found, told=tuple(found))


def attribute_changes(row: Row, record: Record) -> dict[str, Any]:
    """The whole attributes as they will be, when one of them differs."""
    if not row.attributes:
        return {}
    have = record["attributes"]
    new = {name: value for name, value in row.attributes.items() if have.get(name) != value}
    return {"attributes": have | new} if new else {}
