"""From words to rows. Never more than the rows that were given, and those are permitted ones.

What is looked for stands in the record itself or, for a lead, in its company. Few hits (the usual
case) are fetched as keys once, so that whatever is asked of them next, an order, a count, a page,
costs next to nothing. Many hits stay a condition, and the list walks its own index until a page is
full. Where nothing holds the words, what comes close by a slip of the fingers is offered and said
to be a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from leads.models import Company
from leads.search import words
from leads.search.store import (
    COMPANIES,
    LEADS,
    SearchText,
    Source,
    by_index,
    close_in,
    holding,
    listed,
    rows_holding,
)
from leads.search.words import Term

#: Hits up to here are fetched as keys; of a person or a company more, because comparing with both is dear.
FEW, FEW_OF_BOTH = 500, 3_000
#: Rows that the full-text table of SQLite is asked for; more of them stay a condition.
MOST_KNOWN = 3_000
#: So many companies may be meant beside a name; a word of more says nothing about the company.
FEW_COMPANIES = 10_000
#: Rows that are looked at for a slip, and guesses that are shown.
CANDIDATES, MOST_GUESSES = 500, 200

Keys = list[int]


@dataclass(frozen=True, slots=True)
class Found:
    """``is_guess``: nothing holds the words; these come close."""

    rows: QuerySet[Any]
    is_guess: bool = False


def find_leads(rows: QuerySet[Any], text: str, *, by_company_only: bool = False) -> Found:
    """The leads among ``rows`` that the words mean; ``by_company_only`` for whom names are hidden."""
    terms = words.question(text)
    if not terms:
        return Found(rows.none())
    splits = [([], terms)] if by_company_only else words.splits(terms)
    held = _held(_searched(rows, LEADS), splits)
    if held is not None:
        return Found(held)
    keys = _nearly(rows, [(mine, _companies_close_to(theirs)) for mine, theirs in splits])
    return Found(rows.filter(pk__in=keys), is_guess=bool(keys))


def find_companies(rows: QuerySet[Any], text: str) -> Found:
    terms = words.question(text)
    if not terms:
        return Found(rows.none())
    found = _few(_searched(rows, COMPANIES), [_holding_all(COMPANIES, terms)])
    if found is not None:
        return Found(found.rows)
    close = _close(rows, COMPANIES, terms)
    return Found(rows.filter(pk__in=close), is_guess=bool(close))


def _searched(rows: QuerySet[Any], source: Source) -> QuerySet[Any]:
    return rows.alias(search_text=SearchText(source))


def _held(
    rows: QuerySet[Any], splits: Sequence[tuple[Sequence[Term], Sequence[Term]]]
) -> QuerySet[Any] | None:
    """Leads that hold the terms. Where the record or the company alone gives many, these are enough;
    who is meant by a name beside a company is found among few."""
    whole = [_arm(mine, theirs) for mine, theirs in splits if not (mine and theirs)]
    found = _few(rows, whole)
    if found is None or (found.count <= FEW and len(splits) > len(whole)):
        mixed = [_arm(mine, theirs) for mine, theirs in splits if mine and theirs]
        found = _few(rows, [*whole, *mixed]) if any(arm is not None for arm in mixed) else found
    return None if found is None else found.rows


@dataclass(frozen=True, slots=True)
class _Arm:
    """A condition on rows. Where the full-text table named too many, ``newest`` is the condition among
    those that it named."""

    condition: Q = field(default_factory=Q)
    newest: Q | None = None

    def __and__(self, other: Q) -> _Arm:
        newest = None if self.newest is None else self.newest & other
        return _Arm(self.condition & other, newest)


@dataclass(frozen=True, slots=True)
class _Hits:
    """``count`` is exact where they are few, and more than that otherwise."""

    rows: QuerySet[Any]
    count: int


def _few(rows: QuerySet[Any], arms: Sequence[_Arm | None]) -> _Hits | None:
    """The rows under one of the conditions, by their keys where these are few; None without any."""
    possible = [arm for arm in arms if arm is not None]
    if not possible:
        return None
    hits = rows.filter(reduce(or_, (arm.condition for arm in possible)))
    if len(possible) > 1:
        keys = by_index(_keys(hits, FEW_OF_BOTH + 1))
        return _hits(rows, hits, keys, FEW_OF_BOTH)
    # Often the newest are too many already; then nobody looks for the others.
    newest = possible[0].newest
    keys = [] if newest is None else list(_keys(rows.filter(newest), FEW + 1))
    return _hits(rows, hits, keys if len(keys) > FEW else list(_keys(hits, FEW + 1)), FEW)


def _hits(rows: QuerySet[Any], hits: QuerySet[Any], keys: Keys, most: int) -> _Hits | None:
    if len(keys) > most:
        return _Hits(hits, len(keys))
    return _Hits(rows.filter(pk__in=listed(keys)), len(keys)) if keys else None


def _keys(rows: QuerySet[Any], most: int) -> QuerySet[Any]:
    return rows.order_by().values_list("pk", flat=True)[:most]


# --- as it is written -----------------------------------------------------------------------------
def _arm(mine: Sequence[Term], theirs: Sequence[Term]) -> _Arm | None:
    """Leads that hold some terms and whose company holds the others; None when there is nobody, or no
    such company."""
    arm = _holding_all(LEADS, mine, FEW if theirs else MOST_KNOWN) if mine else _Arm()
    if arm is None or not theirs:
        return arm
    meant = _holding_all(COMPANIES, theirs)
    if meant is None:
        return None
    hits = _searched(Company.objects.order_by(), COMPANIES).filter(meant.condition)
    keys = list(hits.values_list("pk", flat=True)[: FEW_COMPANIES + 1])
    are_few = len(keys) <= FEW_COMPANIES
    if not keys or (mine and not are_few):
        return None
    return arm & Q(company__in=listed(keys) if are_few else hits.values("pk"))


def _holding_all(source: Source, terms: Sequence[Term], most: int = FEW) -> _Arm | None:
    """Every term stands in the text. On SQLite the full-text table says which rows to look at, as long
    as there are no more than ``most``, or that there are none."""
    condition = Q(*(holding(term.ways) for term in terms))
    known = _known(source, terms, most + 1) if connection.vendor == "sqlite" else None
    if known is None:
        return _Arm(condition)
    among = condition & Q(pk__in=listed(known))
    if len(known) > most:
        return _Arm(condition, among)
    return _Arm(among) if known else None


def _known(source: Source, terms: Sequence[Term], most: int) -> Keys | None:
    """Keys of the newest rows that may hold the terms, at most so many; None when the terms are too short
    to be asked for."""
    alternatives: list[tuple[str, ...]] = [()]
    for term in terms:
        ways = [_with_trigrams(way) for way in term.ways]
        if all(ways):
            alternatives = [(*sofar, *way) for sofar in alternatives for way in ways]
    if alternatives == [()]:
        return None
    return rows_holding(source, alternatives, most)


def _with_trigrams(way: Sequence[str]) -> tuple[str, ...]:
    return tuple(part for part in way if len(part) >= words.INSIDE_WORDS)


# --- but for a slip ---------------------------------------------------------------------------------
def _companies_close_to(terms: Sequence[Term]) -> Keys | None:
    """Companies in which every term stands but for a slip; None where nothing is said of the company."""
    return _close(Company.objects.all(), COMPANIES, terms) if terms else None


def _nearly(rows: QuerySet[Any], arms: Sequence[tuple[Sequence[Term], Keys | None]]) -> Keys:
    """Keys of the leads that come close under one of the arms: terms of their own, keys of companies."""
    possible = [(mine, keys) for mine, keys in arms if keys is None or keys]
    conditions = [
        Q(*(_near(LEADS, term) for term in mine))
        & (Q() if keys is None else Q(company__in=listed(keys)))
        for mine, keys in possible
    ]
    if not conditions:
        return []
    hits = _searched(rows, LEADS).filter(reduce(or_, conditions))
    found = close_in(hits, LEADS, ("company_id",), most=CANDIDATES)
    near = words.Comparison()
    close = [
        (slips, -pk)
        for pk, text, company in found
        for mine, keys in possible
        if keys is None or company in keys
        if (slips := near.distance(mine, text)) is not None
    ]
    return list(dict.fromkeys(-pk for _, pk in sorted(close)))[:MOST_GUESSES]


def _close(rows: QuerySet[Any], source: Source, terms: Sequence[Term]) -> Keys:
    """Keys of the rows in which every term stands but for a slip, the closest first."""
    condition = Q(*(_near(source, term) for term in terms))
    found = close_in(_searched(rows, source).filter(condition), source, (), most=CANDIDATES)
    near = words.Comparison()
    close = [
        (slips, -pk) for pk, text in found if (slips := near.distance(terms, text)) is not None
    ]
    return [-pk for _, pk in sorted(close)[:MOST_GUESSES]]


def _near(source: Source, term: Term) -> Q:
    """Rows that hold the term, or what a slip leaves of it."""
    if connection.vendor == "sqlite":
        ways = [_with_trigrams(way) for way in (*term.ways, *words.pieces(term))]
        asked = [way for way in ways if way]
        return Q(pk__in=listed(rows_holding(source, asked, CANDIDATES * 4) if asked else []))
    return holding([*term.ways, *words.pieces(term)])
