"""Bringing rows in, batch by batch: decide for a whole batch, then write it in a handful of statements.

A batch commits its records, their history, what became of each row and the position together, so
nothing is ever half done, and an import that was killed goes on with the next row.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model

from leads.erased import REFUSED, take_turn
from leads.intake.deciding import Decision, Outcome, refusal, repeated
from leads.intake.known import hold_imports
from leads.intake.models import COUNTS, Import, ImportBatch, ImportRow
from leads.intake.reading import Record
from leads.intake.rows import Plan, Row
from leads.intake.seen import Seen
from leads.intake.writing import Table

if TYPE_CHECKING:
    from portal.accounts.models import User

#: Somebody else may win the race for a unique value; then the batch looks again.
ROUNDS = 3
_COUNTED = dict(zip((*Outcome.values,), COUNTS, strict=True))


class Applier(ABC):
    """Decides for batches of records of one kind and, unless it is only a trial, writes them."""

    model: ClassVar[type[Model]]
    #: What one record is called in sentences.
    word: ClassVar[str] = "record"

    def __init__(self, *, run: Import, plan: Plan, by: User | None, at: datetime) -> None:
        self.run, self.plan, self.by, self.at = run, plan, by, at
        self.seen = Seen()
        self.counts: Counter[str] = Counter()
        self.table = Table(self.model)
        self.outcomes = Table(ImportRow)
        self.made: set[int] = set()
        self.companies_made: set[int] = set()
        self.waiting: list[int] = []
        self.moved: list[dict[str, Any]] = []

    # --- what each kind does ---------------------------------------------------------------
    @abstractmethod
    def look(self, rows: Sequence[Row]) -> list[Decision]:
        """A decision for each row, from what is in the database. Writes nothing."""

    @abstractmethod
    def create(self, decisions: list[Decision]) -> list[Decision]:
        """Write new records; returns those that lost a race for a unique value."""

    def update(self, decisions: list[Decision]) -> None:
        """Write what changes."""
        raise LookupError(f"A file never changes a {self.word}.")

    def before_writing(self, decisions: list[Decision]) -> None:
        """Make what new and changed records point at."""
        self.companies_made = set()

    # --- reading ---------------------------------------------------------------------------
    def read(self, records: Iterable[Record]) -> list[Row]:
        return [self.plan.read(record) for record in records]

    def skip(self, records: Iterable[Record]) -> None:
        """Remember whom earlier rows named, without deciding about them again."""
        rows = (self.plan.read(record) for record in records)
        self.seen.add((row.line, row.keys) for row in rows if not row.problem)

    # --- deciding --------------------------------------------------------------------------
    def decide(self, rows: Sequence[Row]) -> list[Decision]:
        """A decision for every row, in the order of the file. Reads the database, writes nothing."""
        good = [row for row in rows if not row.problem]
        twice = self.seen.add([(row.line, row.keys) for row in good])
        first = [row for row in good if row.line not in twice] if twice else good
        made = {decision.row.line: decision for decision in self.look(first)}
        if twice:
            made |= {row.line: repeated(row, *twice[row.line]) for row in good if row.line in twice}
        decisions = [made.get(row.line) or refusal(row, row.problem) for row in rows]
        self.counts.update(_COUNTED[decision.outcome] for decision in decisions)
        return decisions

    # --- writing ---------------------------------------------------------------------------
    def write(self, rows: Sequence[Row]) -> list[Decision]:
        """Decide and write, in the caller's transaction."""
        hold_imports()
        take_turn()
        before = self.counts.copy()
        self.made, self.waiting, self.moved = set(), [], []
        decisions = self.decide(rows)
        writing = [d for d in decisions if d.outcome in (Outcome.CREATED, Outcome.UPDATED)]
        self.before_writing(writing)
        waiting = writing
        for _ in range(ROUNDS):
            waiting = self._write_once(waiting)
            if not waiting:
                break
        for decision in waiting:
            decision.outcome = Outcome.REJECTED
            decision.reason = f"Somebody else changed this {self.word} at the same moment."
        self._write_outcomes(decisions)
        self.counts = before + Counter(_COUNTED[decision.outcome] for decision in decisions)
        return decisions

    def _write_once(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Write; returns those that lost a race for a unique value, decided anew."""
        new = [decision for decision in decisions if decision.outcome == Outcome.CREATED]
        changed = [decision for decision in decisions if decision.outcome == Outcome.UPDATED]
        beaten = self.create(new) if new else []
        if changed:
            self.update(changed)
        if not beaten:
            return []
        again = {d.row.line: d for d in self.look([decision.row for decision in beaten])}
        for decision in beaten:
            fresh = again[decision.row.line]
            decision.outcome, decision.reason = fresh.outcome, fresh.reason
            decision.record, decision.changes = fresh.record, fresh.changes
            decision.told = fresh.told
        return [d for d in beaten if d.outcome in (Outcome.CREATED, Outcome.UPDATED)]

    # --- what became of the rows -----------------------------------------------------------
    def _write_outcomes(self, decisions: Sequence[Decision]) -> None:
        rows: list[dict[str, Any]] = []
        for decision in decisions:
            if decision.outcome in (Outcome.UNCHANGED, Outcome.CREATED):
                continue
            told: dict[str, Any] = {
                "line": decision.row.line,
                "outcome": decision.outcome,
                "reason": decision.reason,
            }
            if decision.outcome == Outcome.UPDATED:
                record = decision.record or {}
                told["record_id"] = record["id"]
                told["before"], told["after"] = _told(decision.changes, record)
            else:
                # Of whoever was erased not even the refused row is kept.
                is_kept = decision.reason != REFUSED
                told["cells"] = decision.row.kept_cells() if is_kept else []
            rows.append(told)
        self.outcomes.insert_new({"run_id": self.run.pk}, rows)

    def tell_batch(self) -> None:
        """Write what this batch made, so that it can be taken back."""
        if self.made or self.companies_made or self.waiting or self.moved:
            ImportBatch.objects.create(
                run=self.run,
                position=self.run.position,
                made=ranges(self.made),
                companies=ranges(self.companies_made),
                waiting=self.waiting,
                moved=self.moved,
            )


def ranges(keys: Iterable[int]) -> list[list[int]]:
    """First and last of each run of neighbouring keys."""
    found: list[list[int]] = []
    for key in sorted(keys):
        if found and found[-1][1] == key - 1:
            found[-1][1] = key
        else:
            found.append([key, key])
    return found


def _told(changes: dict[str, Any], record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What changed columns held and got, as JSON; of attributes only those that differ."""
    before = {name: plain(record.get(name)) for name in changes}
    after = {name: plain(value) for name, value in changes.items()}
    if "attributes" in changes:
        old, new = record["attributes"], changes["attributes"]
        named = [name for name, value in new.items() if old.get(name) != value]
        before["attributes"] = {name: old[name] for name in named if name in old}
        after["attributes"] = {name: new[name] for name in named}
    return before, after


def plain(value: Any) -> Any:
    """A value as JSON keeps it; moments in one zone, so that they can be compared."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return value.isoformat() if isinstance(value, date) else value
