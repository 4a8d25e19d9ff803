"""From words to rows. Never more than the rows that were given, and those are permitted ones.

What is looked for stands in the record itself or, for a lead, in its company. Few hits (the usual
case) are fetched as keys once, so that whatever is asked of them next, an order, a count, a page,
costs next to nothing. Many hits stay a condition, and the list walks its own index until a page is
full. Where nothing holds the words, what comes close by a slip of the fingers is offered and said
to be a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from leads.models import Company
from leads.search import words
from leads.search.statements import (
    Arm,
    Keys,
    companies_holding,
    company_keys,
    count_companies,
    count_leads,
    lead_keys,
    lead_keys_of_both,
    with_trigrams,
)
from leads.search.store import (
    COMPANIES,
    LEADS,
    SearchText,
    Source,
    close_in,
    holding,
    listed,
    rows_holding,
)
from leads.search.words import Term
from portal.core.listing import COUNT_CAP, counts_by

#: Hits up to here are fetched as keys; of a person or a company more, because comparing with both is dear.
FEW, FEW_OF_BOTH = 500, 3_000
#: Rows that are looked at for a slip, and guesses that are shown.
CANDIDATES, MOST_GUESSES = 500, 200


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
    held = _held(rows, [Arm(tuple(mine), tuple(theirs)) for mine, theirs in splits])
    if held is not None:
        return Found(held)
    keys = _nearly(rows, [(mine, _companies_close_to(theirs)) for mine, theirs in splits])
    return Found(_among(rows, keys), is_guess=bool(keys))


def find_companies(rows: QuerySet[Any], text: str) -> Found:
    terms = words.question(text)
    if not terms:
        return Found(rows.none())
    keys = company_keys(terms, FEW + 1)
    found = _hits(rows, keys, FEW, lambda: _companies_that_hold(rows, terms))
    if found is not None:
        return Found(found)
    close = _close(rows, COMPANIES, terms)
    return Found(_among(rows, close), is_guess=bool(close))


def _searched(rows: QuerySet[Any], source: Source) -> QuerySet[Any]:
    return rows.alias(search_text=SearchText(source))


def _among(rows: QuerySet[Any], keys: Keys) -> QuerySet[Any]:
    return rows.filter(pk__in=listed(keys)) if keys else rows.none()


# --- as it is written -----------------------------------------------------------------------------
def _held(rows: QuerySet[Any], arms: Sequence[Arm]) -> QuerySet[Any] | None:
    """Leads that hold the terms. Where the record or the company alone gives many, these are enough;
    who is meant by a name beside a company is found among few."""
    whole = [arm for arm in arms if not (arm.mine and arm.theirs)]
    mixed = [arm for arm in arms if arm.mine and arm.theirs]
    keys, most = lead_keys(whole, FEW + 1), FEW
    if mixed and len(keys) <= FEW:
        both = lead_keys_of_both(mixed, FEW_OF_BOTH + 1, few=bool(keys))
        keys, most = list({*keys, *both}), FEW_OF_BOTH
        whole = [*whole, *mixed]
    meant = whole if _is_whole(rows) else arms
    return _hits(rows, keys, most, lambda: _leads_that_hold(rows, meant))


def _leads_that_hold(rows: QuerySet[Any], arms: Sequence[Arm]) -> QuerySet[Any]:
    held = _searched(rows, LEADS).filter(reduce(or_, map(_condition, arms)))
    if not _is_whole(rows) or any(arm.mine and arm.theirs for arm in arms):
        return held
    return counts_by(held, lambda: count_leads(arms, COUNT_CAP + 1))


def _companies_that_hold(rows: QuerySet[Any], terms: Sequence[Term]) -> QuerySet[Any]:
    held = _searched(rows, COMPANIES).filter(*(holding(term.ways) for term in terms))
    return (
        counts_by(held, lambda: count_companies(terms, COUNT_CAP + 1)) if _is_whole(rows) else held
    )


def _condition(arm: Arm) -> Q:
    """The arm as a condition on leads that are ``_searched``."""
    own = Q(*(holding(term.ways) for term in arm.mine))
    return own & Q(company__in=companies_holding(arm.theirs)) if arm.theirs else own


def _is_whole(rows: QuerySet[Any]) -> bool:
    """Whether the rows are all of the table, so that nobody need ask which keys are among them."""
    query = rows.query
    return not (query.where or query.is_sliced or query.combinator or query.distinct)


def _hits(
    rows: QuerySet[Any], keys: Keys, most: int, many: Callable[[], QuerySet[Any]]
) -> QuerySet[Any] | None:
    """The rows that have one of the keys. Where these are too many to be all of them (more than
    ``most``), the rows of the condition. None without any."""
    held = _among(rows, keys) if len(keys) <= most else many()
    if _is_whole(rows):
        return held if keys else None
    mine = list(held.order_by().values_list("pk", flat=True)[: most + 1]) if keys else []
    if len(mine) > most:
        return held
    return _among(rows, mine) if mine else None


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
    found = close_in(rows, LEADS, reduce(or_, conditions), ("company_id",), most=CANDIDATES)
    return _closest(
        pair
        for mine, keys in possible
        for pair in _compared(mine, [row for row in found if keys is None or row[2] in keys])
    )


def _close(rows: QuerySet[Any], source: Source, terms: Sequence[Term]) -> Keys:
    """Keys of the rows in which every term stands but for a slip, the closest first."""
    condition = Q(*(_near(source, term) for term in terms))
    found = close_in(rows, source, condition, (), most=CANDIDATES)
    return _closest(_compared(terms, found))


def _compared(
    terms: Sequence[Term], found: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int | None, int]]:
    """How far each of the rows (key, text, …) is from the terms, and its key."""
    texts = [text for _, text, *_ in found]
    return zip(words.distances(terms, texts), (pk for pk, *_ in found), strict=True)


def _closest(compared: Iterable[tuple[int | None, int]]) -> Keys:
    """Keys of those that come close, the closest first and of these the newest."""
    close = sorted((slips, -pk) for slips, pk in compared if slips is not None)
    return list(dict.fromkeys(-pk for _, pk in close))[:MOST_GUESSES]


def _near(source: Source, term: Term) -> Q:
    """Rows that hold the term, or what a slip leaves of it."""
    if connection.vendor == "sqlite":
        ways = [with_trigrams(way) for way in (*term.ways, *words.pieces(term))]
        asked = [way for way in ways if way]
        return Q(pk__in=rows_holding(source, asked, CANDIDATES * 4) if asked else [])
    return holding([*term.ways, *words.pieces(term)])
