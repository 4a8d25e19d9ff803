"""Keys of whole tables by statements written by hand: composing them anew costs more than asking them.

Who may see the rows is settled by the caller, who has these keys and narrows the permitted rows to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from leads.search.store import COMPANIES, LEADS, Source, answered, match
from leads.search.words import INSIDE_WORDS, Term

#: Rows of one term that are fetched to see where to begin, and companies that are meant beside a name.
FEW_KNOWN, FEW_COMPANIES = 500, 10_000

Keys = list[int]
Terms = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One meaning of a question: the terms that a lead holds itself, and those that its company holds."""

    mine: Terms = ()
    theirs: Terms = ()


@dataclass(slots=True)
class _Text:
    """A part of a statement with its parameters, in the order in which they stand in it."""

    sql: str
    params: list[Any] = field(default_factory=list)


def lead_keys(arms: Iterable[Arm], most: int) -> Keys:
    """Keys of leads that one of the arms means, at most so many of each arm, in no order."""
    arms = list(arms)
    known = _known(arms) if connection.vendor == "sqlite" else {}
    return _keys([text for arm in arms if (text := _leads(arm, known)) is not None], most)


def company_keys(terms: Sequence[Term], most: int) -> Keys:
    """Keys of companies that hold all terms, at most so many, in no order."""
    return _keys([_rows("c.id", _from(COMPANIES, "c", terms), _holds(COMPANIES, "c", terms))], most)


def companies_holding(terms: Sequence[Term]) -> RawSQL:
    """For ``company__in``: all that hold the terms."""
    text = _rows("c.id", _from(COMPANIES, "c", terms), _holds(COMPANIES, "c", terms))
    return RawSQL(text.sql, text.params)  # noqa: S611


def _keys(parts: Sequence[_Text], most: int) -> Keys:
    if not parts:
        return []
    limited = (f"SELECT * FROM ({part.sql} LIMIT {most}) part{n}" for n, part in enumerate(parts))  # noqa: S608
    params = [given for part in parts for given in part.params]
    return list(dict.fromkeys(pk for (pk,) in answered(" UNION ALL ".join(limited), params)))


def _rows(column: str, source: _Text, *conditions: _Text) -> _Text:
    where = " AND ".join(condition.sql for condition in conditions)
    params = [given for part in (source, *conditions) for given in part.params]
    return _Text(f"SELECT {column} FROM {source.sql} WHERE {where}", params)  # noqa: S608


# --- where to begin ---------------------------------------------------------------------------------
def _leads(arm: Arm, known: dict[tuple[Source, Terms], Keys]) -> _Text | None:
    """None where a term of the arm stands nowhere."""
    own, theirs = _holds(LEADS, "l", arm.mine), _holds(COMPANIES, "c", arm.theirs)
    if not arm.theirs:
        return _rows("l.id", _from(LEADS, "l", arm.mine), own)
    if not arm.mine:
        return _rows("l.id", _joined(_from(COMPANIES, "c", arm.theirs)), theirs)
    if connection.vendor != "sqlite":
        return _rows("l.id", _joined(_Text(f"{COMPANIES.table} c")), own, theirs)
    people, companies = (known.get(key) for key in ((LEADS, arm.mine), (COMPANIES, arm.theirs)))
    if people == [] or companies == []:
        return None
    if people is not None and len(people) <= FEW_KNOWN:
        begin = _Text(
            f"json_each(%s) k CROSS JOIN {LEADS.table} l ON l.id = k.value "
            f"CROSS JOIN {COMPANIES.table} c ON c.id = l.company_id",
            [json.dumps(people)],
        )
        return _rows("l.id", begin, own, theirs)
    return _rows("l.id", _joined(_newest(arm.theirs)), own, theirs)


def _joined(companies: _Text) -> _Text:
    """Companies, and the leads of each. SQLite keeps to the order in which a CROSS JOIN is written."""
    join = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"
    return _Text(f"{companies.sql} {join} {LEADS.table} l ON l.company_id = c.id", companies.params)


def _newest(terms: Sequence[Term]) -> _Text:
    """The newest companies that may hold the terms; a word of more says nothing about the company."""
    asked = match(_alternatives(terms))
    if asked is None:
        return _Text(f"{COMPANIES.table} c")
    index = COMPANIES.index
    return _Text(
        f"(SELECT rowid AS id FROM {index} WHERE {index} MATCH %s ORDER BY rowid DESC LIMIT {FEW_COMPANIES}) k "  # noqa: S608
        f"CROSS JOIN {COMPANIES.table} c ON c.id = k.id",
        [asked],
    )


def _from(source: Source, name: str, terms: Sequence[Term]) -> _Text:
    """The table; on SQLite only those rows of it that the full-text table names, as they come."""
    asked = match(_alternatives(terms)) if connection.vendor == "sqlite" else None
    if asked is None:
        return _Text(f"{source.table} {name}")
    return _Text(
        f"{source.index}(%s) CROSS JOIN {source.table} {name} ON {name}.id = {source.index}.rowid",
        [asked],
    )


def _known(arms: Sequence[Arm]) -> dict[tuple[Source, Terms], Keys]:
    """For meanings of both, keys of the newest rows that may hold the terms, all in one statement."""
    both = [arm for arm in arms if arm.mine and arm.theirs]
    wanted = dict.fromkeys(
        key for arm in both for key in ((LEADS, arm.mine), (COMPANIES, arm.theirs))
    )
    parts, params, named = [], [], []
    for source, terms in wanted:
        if asked := match(_alternatives(terms)):
            parts.append(
                f"SELECT * FROM (SELECT {len(named)}, rowid FROM {source.index}(%s) "  # noqa: S608
                f"ORDER BY rowid DESC LIMIT {FEW_KNOWN + 1})"
            )
            params.append(asked)
            named.append((source, terms))
    found: dict[tuple[Source, Terms], Keys] = {key: [] for key in named}
    if parts:
        for place, pk in answered(" UNION ALL ".join(parts), params):
            found[named[place]].append(pk)
    return found


# --- what a row must hold -------------------------------------------------------------------------
def _holds(source: Source, name: str, terms: Sequence[Term]) -> _Text:
    """Every term stands in the text, spelled as the index spells it."""
    text = source.text([f"{name}.{column}" for column in source.columns])
    escape = r" ESCAPE '\'" if connection.vendor == "sqlite" else ""
    like = f"{text} LIKE %s{escape}"
    params = [
        f"%{connection.ops.prep_for_like_query(pattern)}%"
        for term in terms
        for way in term.ways
        for pattern in way
    ]
    every = (
        " OR ".join(f"({' AND '.join([like] * len(way))})" for way in term.ways) for term in terms
    )
    return _Text(" AND ".join(f"({term})" for term in every), params)


def _alternatives(terms: Sequence[Term]) -> list[tuple[str, ...]]:
    """Patterns with a trigram that rows holding the terms hold; none when no term has one."""
    found: list[tuple[str, ...]] = [()]
    for term in terms:
        ways = [with_trigrams(way) for way in term.ways]
        if all(ways):
            found = [(*sofar, *way) for sofar in found for way in ways]
    return [] if found == [()] else found


def with_trigrams(way: Sequence[str]) -> tuple[str, ...]:
    return tuple(part for part in way if len(part) >= INSIDE_WORDS)
