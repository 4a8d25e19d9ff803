"""What a buying centre still lacks: each gap with why it matters and what to do. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Without a call, mail or meeting for this long, nobody is in contact.
SILENCE = timedelta(days=30)
#: Contacts of this time count when it is asked how many people we talk to.
RECENT = timedelta(days=90)
#: What nobody has looked at for this long may no longer be so.
STALE = timedelta(days=180)
#: From this many on, "we talk to one" is a risk and not a beginning.
ENOUGH = 2


@dataclass(frozen=True)
class Person:
    """One person of the buying centre, as far as gaps are concerned."""

    key: int
    label: str
    roles: frozenset[str] = frozenset()
    stance: str = "unknown"
    last_contact: datetime | None = None
    verified_at: datetime | None = None
    has_answer: bool = False
    has_left: bool = False

    @property
    def is_for_us(self) -> bool:
        return self.stance in {"champion", "supporter"}


@dataclass(frozen=True)
class Tie:
    """A relation between two people, by their keys."""

    source: int
    target: int
    kind: str


@dataclass(frozen=True)
class Gap:
    """``level`` is "bad" for what loses deals and "warn" for what should be looked at."""

    key: str
    title: str
    why: str
    what: str
    level: str = "warn"


def gaps_of(
    people: Sequence[Person], ties: Sequence[Tie], *, now: datetime, unplaced: int = 0
) -> list[Gap]:
    """Everything that is missing, the worst first. ``unplaced``: known people without a part."""
    if not people:
        return [_nobody(unplaced)]
    here = [person for person in people if not person.has_left]
    found = [
        *_missing_parts(here),
        *_silence(here, now),
        *_against_us(here, ties),
        *_uncertain(here, people, now, unplaced),
    ]
    return sorted(found, key=lambda gap: gap.level != "bad")


def _nobody(unplaced: int) -> Gap:
    known = (
        f"{unplaced} of its people {'is' if unplaced == 1 else 'are'} known: say what part they play."
        if unplaced
        else "Ask your first contact who else takes part in the decision."
    )
    return Gap(
        "nobody",
        "Nobody is in the buying centre yet",
        "Companies decide in groups. Who knows one person only learns of a no after it has been said.",
        known,
        "bad",
    )


def _has(people: Sequence[Person], role: str) -> bool:
    return any(role in person.roles for person in people)


def _missing_parts(people: Sequence[Person]) -> list[Gap]:
    found = []
    if not _has(people, "decider"):
        found.append(
            Gap(
                "no_decider",
                "No decider",
                "Without whoever says yes or no, everything else is preparation.",
                "Ask your champion or the highest person you know who has the last word.",
                "bad",
            )
        )
    if not (_has(people, "champion") or any(p.stance == "champion" for p in people)):
        found.append(
            Gap(
                "no_champion",
                "No champion",
                "Most of the talk about us happens when we are not in the room.",
                "Look among the supporters for somebody who gains by it, and arm them with arguments.",
                "bad",
            )
        )
    if not _has(people, "buyer"):
        found.append(
            Gap(
                "no_buyer",
                "No buyer",
                "Terms, budget and signature take weeks when purchasing hears of it last.",
                "Ask who negotiates and signs, and what they need to begin.",
            )
        )
    return found


def _silence(people: Sequence[Person], now: datetime) -> list[Gap]:
    found = []
    times = [person.last_contact for person in people if person.last_contact]
    if not times or max(times) < now - SILENCE:
        found.append(
            Gap(
                "silent",
                f"Nobody has been in contact for {SILENCE.days} days",
                "Silence is where deals go to die, and where a competitor begins.",
                "Call the person who stands best to us, with something new to say.",
                "bad",
            )
        )
    recent = [time for time in times if time >= now - RECENT]
    if len(recent) == 1 and len(people) >= ENOUGH:
        found.append(
            Gap(
                "single_thread",
                "Everything hangs on one contact",
                f"In {RECENT.days} days only one person was in contact. If they leave or fall ill, so do we.",
                "Ask them to introduce one more person, best the decider.",
                "bad",
            )
        )
    unmet = [p for p in people if "decider" in p.roles and p.last_contact is None]
    if unmet:
        found.append(
            Gap(
                "decider_unmet",
                f"Nobody has spoken with the decider: {_names(unmet)}",
                "We know the decision only by hearsay.",
                "Let your champion arrange a short meeting on what matters to the decider.",
            )
        )
    return found


def _against_us(people: Sequence[Person], ties: Sequence[Tie]) -> list[Gap]:
    found = []
    by_key = {person.key: person for person in people}
    for person in people:
        if person.stance != "blocker" or person.has_answer:
            continue
        near = {
            tie.source if tie.target == person.key else tie.target
            for tie in ties
            if person.key in {tie.source, tie.target} and tie.kind != "conflicts"
        }
        helpers = [by_key[key] for key in sorted(near) if key in by_key and by_key[key].is_for_us]
        what = f"{_names(helpers)} can reach them: agree on what to say." if helpers else ""
        found.append(
            Gap(
                f"blocker:{person.key}",
                f"A blocker without an answer: {person.label}",
                "An objection that nobody answers grows in every meeting we are not in.",
                f"Write down what they object to and what we do about it. {what}".strip(),
                "bad",
            )
        )
    return found


def _uncertain(
    here: Sequence[Person], people: Sequence[Person], now: datetime, unplaced: int
) -> list[Gap]:
    found = []
    if gone := [person for person in people if person.has_left]:
        found.append(
            Gap(
                "has_left",
                f"No longer at this company: {_names(gone)}",
                "Their part is open again, and they may open a door where they are now.",
                "Find out who took over, then take them out of the buying centre.",
            )
        )
    unknown = [person for person in here if person.stance == "unknown"]
    if here and len(unknown) * 2 > len(here):
        found.append(
            Gap(
                "stances_unknown",
                f"Where {len(unknown)} of {len(here)} people stand is not known",
                "Who cannot be told from a sceptic is treated like one, or worse, like a friend.",
                "Ask each what would have to be true for them to say yes.",
            )
        )
    stale = [p for p in here if p.verified_at is not None and p.verified_at < now - STALE]
    if stale:
        found.append(
            Gap(
                "stale",
                f"Not looked at for half a year: {_names(stale)}",
                "People change their jobs and their minds.",
                "Check it at the next call and say that it is still so.",
            )
        )
    if unplaced:
        found.append(
            Gap(
                "unplaced",
                f"{unplaced} known {'person has' if unplaced == 1 else 'people have'} no part yet",
                "Somebody we already know may be the one we miss.",
                "Put them into the buying centre, or leave them out on purpose.",
            )
        )
    return found


def _names(people: Sequence[Person]) -> str:
    """Up to three names; the others are counted."""
    shown = ", ".join(person.label for person in people[:3])
    rest = len(people) - 3
    return f"{shown} and {rest} more" if rest > 0 else shown
