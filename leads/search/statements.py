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

#: Companies that may be meant beside a name: a word of more says nothing about the company. Where the words
#: stand together somewhere, it says something only of a few.
MOST_COMPANIES, FEW_COMPANIES = 10_000, 500

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
    """Keys of leads that hold all terms of an arm, or whose company does; at most so many of each arm, in no
    order."""
    return _keys(_whole(arms), most)


def count_leads(arms: Iterable[Arm], most: int) -> int:
    """How many of them, exactly up to ``most``."""
    return _count(_whole(arms), most)


def lead_keys_of_both(arms: Iterable[Arm], most: int, *, few: bool) -> Keys:
    """Keys of leads that hold some terms themselves while their company holds the others.

    ``few``: only beside words that stand in few companies.
    """
    arms, limit = list(arms), FEW_COMPANIES if few else MOST_COMPANIES
    meant = _meant(arms, limit + 1)
    texts = [
        _beside(arm.mine, keys)
        for arm, keys in zip(arms, meant, strict=True)
        if keys and len(keys) <= limit
    ]
    return _keys(texts, most)


def company_keys(terms: Sequence[Term], most: int) -> Keys:
    """Keys of companies that hold all terms, at most so many, in no order."""
    return _keys([_companies(terms)], most)


def count_companies(terms: Sequence[Term], most: int) -> int:
    """How many of them, exactly up to ``most``."""
    return _count([_companies(terms)], most)


def companies_holding(terms: Sequence[Term]) -> RawSQL:
    """For ``company__in``: all that hold the terms."""
    text = _companies(terms)
    return RawSQL(text.sql, text.params)  # noqa: S611


def _companies(terms: Sequence[Term]) -> _Text:
    return _rows("c.id", _from(COMPANIES, "c", terms), _holds(COMPANIES, "c", terms))


def _count(parts: Sequence[_Text], most: int) -> int:
    limited = _limited(parts, most)
    union = " UNION ".join(part.sql for part in limited)
    params = [given for part in limited for given in part.params]
    return int(answered(f"SELECT count(*) FROM ({union}) held", params)[0][0])  # noqa: S608


def _keys(parts: Sequence[_Text], most: int) -> Keys:
    if not parts:
        return []
    limited = _limited(parts, most)
    params = [given for part in limited for given in part.params]
    asked = " UNION ALL ".join(part.sql for part in limited)
    return list(dict.fromkeys(pk for (pk,) in answered(asked, params)))


def _limited(parts: Sequence[_Text], most: int) -> list[_Text]:
    return [
        _Text(f"SELECT * FROM ({part.sql} LIMIT {most}) part{n}", part.params)  # noqa: S608
        for n, part in enumerate(parts)
    ]


def _rows(column: str, source: _Text, *conditions: _Text) -> _Text:
    where = " AND ".join(condition.sql for condition in conditions)
    params = [given for part in (source, *conditions) for given in part.params]
    return _Text(f"SELECT {column} FROM {source.sql} WHERE {where}", params)  # noqa: S608


# --- where to begin ---------------------------------------------------------------------------------
def _whole(arms: Iterable[Arm]) -> list[_Text]:
    return [
        _rows("l.id", _joined(arm.theirs), _holds(COMPANIES, "c", arm.theirs))
        if arm.theirs
        else _rows("l.id", _from(LEADS, "l", arm.mine), _holds(LEADS, "l", arm.mine))
        for arm in arms
    ]


def _joined(terms: Sequence[Term]) -> _Text:
    """Companies, and the leads of each. SQLite keeps to the order in which a CROSS JOIN is written."""
    companies = _from(COMPANIES, "c", terms)
    join = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"
    return _Text(f"{companies.sql} {join} {LEADS.table} l ON l.company_id = c.id", companies.params)


def _meant(arms: Sequence[Arm], most: int) -> list[Keys]:
    """Keys of at most so many of the companies that each arm means, all in one statement."""
    parts = [
        _rows(
            f"{n} AS place, c.id",
            _from(COMPANIES, "c", arm.theirs),
            _holds(COMPANIES, "c", arm.theirs),
        )
        for n, arm in enumerate(arms)
    ]
    limited = _limited(parts, most)
    params = [given for part in limited for given in part.params]
    found: list[Keys] = [[] for _ in arms]
    for place, pk in answered(" UNION ALL ".join(part.sql for part in limited), params):
        found[place].append(pk)
    return found


def _beside(mine: Sequence[Term], companies: Keys) -> _Text:
    """Leads of the companies that hold the terms. SQLite looks at no lead that its full-text table does not
    name."""
    own = _holds(LEADS, "l", mine)
    if connection.vendor != "sqlite":
        of_them = _Text("l.company_id = ANY(%s::bigint[])", [companies])
        return _rows("l.id", _Text(f"{LEADS.table} l"), of_them, own)
    begin = f"json_each(%s) k CROSS JOIN {LEADS.table} l ON l.company_id = k.value"
    asked = match(_alternatives(mine))
    named = [_Text(f"l.id IN (SELECT rowid FROM {LEADS.index}(%s))", [asked])] if asked else []  # noqa: S608
    return _rows("l.id", _Text(begin, [json.dumps(companies)]), *named, own)


def _from(source: Source, name: str, terms: Sequence[Term]) -> _Text:
    """The table; on SQLite only those rows of it that the full-text table names, as they come."""
    asked = match(_alternatives(terms)) if connection.vendor == "sqlite" else None
    if asked is None:
        return _Text(f"{source.table} {name}")
    return _Text(
        f"{source.index}(%s) CROSS JOIN {source.table} {name} ON {name}.id = {source.index}.rowid",
        [asked],
    )


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
