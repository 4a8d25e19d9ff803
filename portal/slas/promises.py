"""The commitments of an SLA's content as plain values, and what is wrong with them. Plain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.slas.agreement import COMMITMENTS, SIDES, TIMED

LABELS = dict(COMMITMENTS)
SIDE_LABELS = dict(SIDES)

#: When the agreement does not say, people are warned after this share of the time.
USUAL_WARNING = 75

#: How a timed commitment is told: what starts the clock, and what must have happened by the end.
TOLD = {
    "first_contact": ("A lead assigned on", "must be contacted by"),
    "handoff_answer": ("A lead handed over on", "must be accepted or rejected by"),
    "feedback_answer": ("Feedback written on", "must be answered by"),
    "event_follow_up": ("A visitor of an event that ended on", "must hear from us by"),
}

#: How a counted commitment is told.
COUNTED = {
    "volume": "{side} delivers at least {target} qualified leads a month.",
    "acceptance": "{side} accepts at least {target} of 100 leads handed over.",
    "completeness": "Of 100 leads from {side}, at least {target} carry all required data.",
    "attempts": "{side} tries at least {target} times to reach a lead before giving it back.",
}


@dataclass(frozen=True, slots=True)
class Promise:
    """One row of an SLA. ``target`` is in business hours for the timed kinds."""

    kind: str
    side: str
    target: Decimal
    warn_percent: int
    calendar: int | None
    remediation: str
    remediation_owner: int | None

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind, self.side)

    @property
    def is_timed(self) -> bool:
        return self.kind in TIMED

    @property
    def label(self) -> str:
        """ "First contact with an assigned lead", without its unit."""
        return LABELS.get(self.kind, self.kind).rpartition(" (")[0]

    @property
    def minutes(self) -> int:
        return int(self.target * 60)

    @property
    def target_text(self) -> str:
        number = f"{self.target.normalize():f}"
        if self.is_timed:
            return f"{number} business hour" if number == "1" else f"{number} business hours"
        return f"{number} %" if self.kind in {"acceptance", "completeness"} else number

    @property
    def counted_sentence(self) -> str:
        side = SIDE_LABELS.get(self.side, "Nobody")
        return COUNTED[self.kind].format(side=side, target=f"{self.target.normalize():f}")


def promises(content: Mapping[str, Any]) -> Iterator[Promise]:
    """The commitments that name a kind and a target; half-written ones are left out."""
    for row in content.get("commitments") or []:
        if row.get("kind") and row.get("target"):
            yield Promise(
                kind=row["kind"],
                side=row.get("side") or "",
                target=Decimal(row["target"]),
                warn_percent=int(Decimal(row.get("warn_at") or USUAL_WARNING)),
                calendar=row.get("calendar"),
                remediation=row.get("remediation") or "",
                remediation_owner=row.get("remediation_owner"),
            )


def faults(content: Mapping[str, Any]) -> list[str]:
    """What keeps the commitments from being agreed, a sentence each, in order."""
    found = [
        sentence
        for number, row in enumerate(content.get("commitments") or [], start=1)
        for sentence in _faults_of_row(number, row)
    ]
    for (kind, side), count in Counter(p.key for p in promises(content)).items():
        if count > 1:
            label = LABELS[kind].rpartition(" (")[0]
            found.append(f"“{label}” is promised {count} times by {side or 'nobody'}.")
    return found


def _faults_of_row(number: int, row: Mapping[str, Any]) -> Iterator[str]:
    if not row.get("kind"):
        yield f"Commitment {number} does not say what is committed to."
        return
    name = LABELS[row["kind"]].rpartition(" (")[0]
    if not row.get("side"):
        yield f"“{name}” does not say which side owes it."
    if row["kind"] in TIMED:
        if not row.get("calendar"):
            yield f"“{name}” needs a calendar: business hours count in one."
        if Decimal(row.get("target") or 0) * 60 < 1:
            yield f"“{name}” needs a target of at least a minute."
    elif row["kind"] in {"acceptance", "completeness"} and Decimal(row.get("target") or 0) > 100:
        yield f"“{name}” is a share and cannot be more than 100 percent."
    if not row.get("remediation"):
        yield f"“{name}” does not say what is done when it is missed."
