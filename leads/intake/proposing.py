"""A mapping for a file that nobody has mapped yet, with how sure it is and why. Plain Python.

Asked in this order: an earlier mapping of the same columns, the names other systems use, what the
values look like, names that are nearly those, and else a field of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

from leads.intake import dates as formats
from leads.intake.aliases import bare
from leads.intake.guessing import (
    RANK,
    Choices,
    Confidence,
    Ground,
    Guess,
    date_formats_of,
    guess_column,
    own,
)
from leads.intake.kinds import KINDS, Kind
from leads.intake.mapping import DATE_TYPES, Mapping, is_attribute
from leads.intake.profiling import Column, Profile
from leads.intake.recognising import DELETED, Recognised, recognise
from leads.normalising import folded

YES = frozenset({"yes", "y", "true", "t", "1", "ja", "oui", "x"})


@dataclass(frozen=True)
class Question:
    """Something the file does not say: a person must choose. ``options`` are values with words."""

    column: str
    sentence: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Proposal:
    guesses: tuple[Guess, ...]
    mapping: Mapping
    questions: tuple[Question, ...] = ()
    recognised: Recognised | None = None
    is_earlier: bool = False


def propose(
    profile: Profile,
    *,
    choices: Choices,
    earlier: Mapping | None = None,
    kind: Kind = KINDS["leads"],
) -> Proposal:
    """The best mapping that can be told from the file."""
    recognised = recognise([column.name for column in profile.columns])
    ground = Ground(kind, choices, recognised if recognised.kind == kind.name else None)
    guesses = _earlier(profile, earlier) if earlier else _settled(profile, ground)
    mapping = replace(_mapping(profile, guesses), skip=_deleted(profile))
    if earlier:
        mapping = replace(
            earlier,
            columns=mapping.columns,
            skip=mapping.skip,
            dates=_still_fitting(profile, earlier.dates),
        )
    mapping, questions = with_dates(profile, mapping, kind)
    return Proposal(tuple(guesses), mapping, questions, recognised, earlier is not None)


def _deleted(profile: Profile) -> dict[str, dict[str, str]]:
    """Rows that their system had deleted stay out, if nobody wants them."""
    return {
        column.name: {text: "marked as deleted" for text, _ in column.values if folded(text) in YES}
        for column in profile.columns
        if bare(column.name) in DELETED and any(folded(text) in YES for text, _ in column.values)
    }


def _still_fitting(profile: Profile, dates: str | dict[str, str]) -> str | dict[str, str]:
    """Formats chosen for an earlier file, as long as they can read this one."""
    if isinstance(dates, str):
        return dates
    columns = {column.name: column for column in profile.columns}
    return {
        name: known
        for name, known in dates.items()
        if name not in columns or known in (*date_formats_of(columns[name]), "")
    }


def _earlier(profile: Profile, earlier: Mapping) -> list[Guess]:
    reason = "As in an earlier import with the same columns."
    return [
        Guess(
            column.name,
            target := earlier.columns.get(column.name),
            Confidence.SURE if target else Confidence.NONE,
            reason,
            earlier.values.get((target or "").partition(":")[0], {}),
        )
        for column in profile.columns
    ]


def _settled(profile: Profile, ground: Ground) -> list[Guess]:
    """One column a field: where two claim one, the surer, fuller, earlier one gets it."""
    first = [guess_column(column, ground) for column in profile.columns]
    by_name = {column.name: column for column in profile.columns}
    winners: dict[str, Guess] = {}
    for guess in first:
        target = guess.field
        if target is None or is_attribute(target):
            continue
        best = winners.get(target)
        if best is None or _claim(guess, by_name) > _claim(best, by_name):
            winners[target] = guess
    settled = [
        guess
        if guess.field is None or is_attribute(guess.field) or winners[guess.field] is guess
        else own(
            by_name[guess.column],
            f"“{winners[guess.field].column}” is the {guess.field}; this stays beside it.",
        )
        for guess in first
    ]
    return _with_unique_names(_with_identity(settled, profile))


def _claim(guess: Guess, by_name: Map[str, Column]) -> tuple[int, int, bool]:
    column = by_name[guess.column]
    return (
        RANK.get(guess.confidence, 0),
        column.filled * (1 + column.is_unique),
        column.is_unique,
    )


def _with_identity(guesses: list[Guess], profile: Profile) -> list[Guess]:
    """Where no column is called an id, one that differs in every row and looks like one is taken."""
    if any(guess.field == "external_id" for guess in guesses):
        return guesses
    best: tuple[int, int] | None = None
    for place, (guess, column) in enumerate(zip(guesses, profile.columns, strict=True)):
        if not (column.is_unique and column.blank == 0 and is_attribute(guess.field)):
            continue
        score = 2 * bool(re.search(r"(?:^|[\W_])(?:id|uuid|guid|key)$|ID$|Id$", column.name)) + (
            "uuid" in column.looks
        )
        if score and (best is None or score > best[0]):
            best = (score, place)
    if best is None:
        return guesses
    place = best[1]
    taken = Guess(
        guesses[place].column,
        "external_id",
        Confidence.LIKELY,
        "Different in every row, so it can tell leads apart.",
    )
    return [*guesses[:place], taken, *guesses[place + 1 :]]


def _with_unique_names(guesses: list[Guess]) -> list[Guess]:
    """Two columns never become one attribute."""
    seen: set[str] = set()
    unique: list[Guess] = []
    for guess in guesses:
        if guess.field and is_attribute(guess.field):
            name, _, kind = guess.field.partition(":")
            free, number = name, 2
            while free in seen:
                free, number = f"{name[:76]}_{number}", number + 1
            seen.add(free)
            guess = replace(guess, field=f"{free}:{kind}")
        unique.append(guess)
    return unique


def _mapping(profile: Profile, guesses: Iterable[Guess]) -> Mapping:
    columns = {guess.column: guess.field for guess in guesses}
    values = {
        guess.field.partition(":")[0]: dict(guess.values)
        for guess in guesses
        if guess.field and guess.values
    }
    null = sorted(
        {word for column in profile.columns for word in column.placeholders if columns[column.name]}
    )
    return Mapping(columns=columns, values=values, null=tuple(null))


def with_dates(
    profile: Profile, mapping: Mapping, kind: Kind = KINDS["leads"]
) -> tuple[Mapping, tuple[Question, ...]]:
    """The mapping with the date formats that the file itself settles, and what must be asked."""
    if isinstance(mapping.dates, str) and mapping.dates:
        return mapping, ()
    found: dict[str, str] = dict(mapping.dates) if isinstance(mapping.dates, dict) else {}
    questions: list[Question] = []
    for column in profile.columns:
        target = (
            kind.field_of(mapping.field_of(column.name)) if mapping.field_of(column.name) else None
        )
        if target is None or target.type not in DATE_TYPES or column.name in found:
            continue
        known = date_formats_of(column)
        if len(known) == 1:
            found[column.name] = known[0]
        elif known:
            questions.append(_question(column, known))
    return replace(mapping, dates=found), tuple(questions)


def _question(column: Column, known: tuple[str, ...]) -> Question:
    shown = " or ".join(f"“{text}”" for text in column.samples) or "a date"
    read = ", or ".join(
        formats.reading_of(column.samples[0], name) for name in known if column.samples
    )
    sentence = f"Is {shown} in the column “{column.name}” written with the day or the month first? The first would be {read}."
    return Question(column.name, sentence, tuple((name, formats.explain(name)) for name in known))
