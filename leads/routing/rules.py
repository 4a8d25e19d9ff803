"""Who gets a lead, with the reason. Plain: no Django, no database, no "now".

Round robin follows the quota method of Balinski and Young: of those who may take one more without
passing their rounded-up share, the one whose next lead is due first. So at every moment each person
is within one lead of what their weight says, however unequal the weights are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

ROUND_ROBIN, LEAST_OPEN = "round_robin", "least_open"


@dataclass
class Seat:
    """One person under one rule. ``dealt`` counts the leads that the rule has given them.

    ``open`` is the work they have now; without ``capacity`` there is no limit to it.
    """

    person: int
    name: str
    weight: int = 1
    dealt: int = 0
    open: int = 0
    capacity: int | None = None
    is_away: bool = False
    is_at_work: bool = True

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.open >= self.capacity

    @property
    def is_free(self) -> bool:
        return not self.is_away and not self.is_full


@dataclass
class Rule:
    """Who takes part and how one of them is chosen.

    With ``catches_up`` somebody who was away gets what they missed; without, the others' leads of
    that time are forgotten.
    """

    pk: int
    name: str
    seats: list[Seat] = field(default_factory=list)
    strategy: str = ROUND_ROBIN
    owner_first: bool = True
    catches_up: bool = False


@dataclass(frozen=True)
class Asked:
    """One lead: the person who has its company, and who is not to be asked (again)."""

    company: str = ""
    company_owner: Seat | None = None
    without: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Choice:
    """Who gets it, and why; nobody when every rule that takes it had nobody free."""

    person: int | None
    reason: str
    rule: int | None = None


NOBODY = "No rule takes this lead."


def choose(rules: Iterable[Rule], asked: Asked) -> Choice:
    """The person for one lead, by the first of ``rules`` that has somebody free.

    ``rules`` are those whose conditions hold, in order. Counts the lead on the seat it goes to.
    """
    refusals = []
    for rule in rules:
        if rule.owner_first and (owner := _owner(rule, asked)):
            owner.open += 1
            return Choice(owner.person, f"{owner.name} has the company {asked.company}.", rule.pk)
        free = [s for s in rule.seats if s.is_free and s.person not in asked.without]
        if not free:
            refusals.append(_nobody_free(rule, asked))
            continue
        seat, why = _pick(rule, free)
        seat.dealt += 1
        seat.open += 1
        return Choice(seat.person, f"Rule “{rule.name}”: {why}", rule.pk)
    return Choice(None, " ".join(refusals) or NOBODY)


def _owner(rule: Rule, asked: Asked) -> Seat | None:
    """The seat of the company's owner; whom the rule does not know is asked all the same."""
    owner = asked.company_owner
    if owner is None or owner.person in asked.without:
        return None
    seat = next((seat for seat in rule.seats if seat.person == owner.person), owner)
    return seat if seat.is_free else None


def _nobody_free(rule: Rule, asked: Asked) -> str:
    if not rule.seats:
        return f"Nobody takes part in rule “{rule.name}”."
    away = sum(seat.is_away for seat in rule.seats)
    full = sum(seat.is_full and not seat.is_away for seat in rule.seats)
    told = sum(seat.is_free and seat.person in asked.without for seat in rule.seats)
    parts = [(away, "away"), (full, "full"), (told, "asked before")]
    words = ", ".join(f"{number} {word}" for number, word in parts if number)
    return f"Rule “{rule.name}” had nobody free ({words})."


def _pick(rule: Rule, free: Sequence[Seat]) -> tuple[Seat, str]:
    at_work = [seat for seat in free if seat.is_at_work]
    among = at_work or list(free)
    _level(rule, free)
    when = "" if at_work else " (outside everybody's working hours)"
    if rule.strategy == LEAST_OPEN:
        seat = min(among, key=lambda s: (s.open / s.weight, s.dealt / s.weight, s.person))
        return seat, f"{seat.name} has the least open work ({seat.open}){when}."
    return next_in_turn(among), f"it is {next_in_turn(among).name}'s turn{when}."


def next_in_turn(seats: Sequence[Seat]) -> Seat:
    """Whose turn it is. Somebody is always below their share, so there is always an answer."""
    weights, dealt = sum(seat.weight for seat in seats), sum(seat.dealt for seat in seats)
    due = [seat for seat in seats if seat.dealt * weights < seat.weight * (dealt + 1)]
    return min(due, key=lambda seat: ((seat.dealt + 1) / seat.weight, seat.person))


def level_of(seats: Sequence[Seat]) -> float:
    """Leads a unit of weight that even the last in turn has had."""
    return min((seat.dealt / seat.weight for seat in seats), default=0.0)


def _level(rule: Rule, free: Sequence[Seat]) -> None:
    """Without catching up, whoever could take nothing comes back where the others stand."""
    if rule.catches_up:
        return
    level = level_of(free)
    for seat in rule.seats:
        if not seat.is_free:
            seat.dealt = max(seat.dealt, int(level * seat.weight))
