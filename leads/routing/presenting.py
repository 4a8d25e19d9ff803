"""What the pages of routing show: rules as people read them, and where leads would go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leads.conditions.asking import sentences
from leads.routing.desk import read_desk
from portal.accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from leads.models import Lead
    from leads.routing.models import RoutingRule
    from leads.routing.rules import Choice, Seat

ALL_LEADS = "Every lead that no rule before it takes."


@dataclass(frozen=True)
class SeatLine:
    """One person under a rule: their share of what was dealt beside what their weight says."""

    seat: Seat
    share: float
    due: float

    @property
    def standing(self) -> str:
        if self.seat.is_away:
            return "away"
        if self.seat.is_full:
            return "full"
        return "" if self.seat.is_at_work else "not at work now"


@dataclass(frozen=True)
class RuleLine:
    rule: RoutingRule
    sentence: str
    seats: Sequence[SeatLine]


def rule_lines(rows: Iterable[RoutingRule], at: datetime) -> list[RuleLine]:
    """Every rule with its words and its people, with as many queries as one."""
    rows = list(rows)
    desk = read_desk(at, rows=rows)
    own = sentences([row.condition for row in rows])
    places = sentences([row.territory.condition if row.territory else None for row in rows])
    lines = []
    for row, words, place in zip(rows, own, places, strict=True):
        where = f"In {row.territory} ({place})" if row.territory else ""
        sentence = ". ".join(part for part in (where, words) if part) or ALL_LEADS
        lines.append(RuleLine(row, sentence, _seats(desk.plain[row.pk].seats)))
    return lines


def _seats(seats: Sequence[Seat]) -> list[SeatLine]:
    dealt, weights = sum(s.dealt for s in seats), sum(s.weight for s in seats)
    return [
        SeatLine(
            seat,
            seat.dealt / dealt if dealt else 0.0,
            seat.weight / weights if weights else 0.0,
        )
        for seat in seats
    ]


@dataclass(frozen=True)
class TrialLine:
    lead: Lead
    person: User | None
    reason: str


def trial_lines(leads: Sequence[Lead], choices: Mapping[int, Choice]) -> list[TrialLine]:
    people = User.objects.in_bulk({c.person for c in choices.values() if c.person})
    return [
        TrialLine(lead, people.get(choices[lead.pk].person or 0), choices[lead.pk].reason)
        for lead in leads
    ]


def shares(lines: Sequence[TrialLine]) -> list[tuple[str, int]]:
    """How many each would get, most first; nobody last."""
    counts: dict[str, int] = {}
    for line in lines:
        name = str(line.person) if line.person else "Nobody: the watched queue"
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda pair: (pair[0].startswith("Nobody:"), -pair[1]))
