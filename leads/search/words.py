"""What the words of a search mean. Plain: knows no row.

``question(text)``        the words as terms, each with the patterns under which it may be stored
``is_close(term, text)``  whether a word of the text is the term but for a slip of the fingers
``pieces(term)``          what a slip leaves standing, so that an index finds what is close
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from leads.normalising import LEGAL_FORMS, folded

#: Terms of one question that are looked at, and letters of each.
MOST_TERMS, LONGEST_TERM = 6, 60
#: Shorter terms are looked for at the beginning of words only.
INSIDE_WORDS = 3
#: From this length on a word may hold one slip, or two.
ONE_SLIP, TWO_SLIPS = 4, 8
_WORD, _NOT_WORD = re.compile(r"\w+"), re.compile(r"[^\w]+")
_PHONE = re.compile(r"\+?[\d ()/.\-]{4,}")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question. It is found where every pattern of at least one of ``ways`` stands.

    A pattern that begins with a space stands at the beginning of a word.
    """

    text: str
    ways: tuple[tuple[str, ...], ...]
    is_number: bool = False


def question(text: str) -> list[Term]:
    """The terms of a question, or none when there is nothing to look for."""
    whole = folded(text)
    if _PHONE.fullmatch(whole) and (digits := _digits(whole)):
        return [Term(digits, _ways(whole, digits), is_number=True)]
    words = list(dict.fromkeys(word[:LONGEST_TERM] for word in whole.split()))
    telling = [word for word in words if word.strip(".,&") not in LEGAL_FORMS] or words
    telling = [word for word in telling if any(c.isalnum() for c in word)]
    # One letter says nothing beside a word; a digit does.
    longer = [word for word in telling if len(word) > 1 or word.isdigit()] or telling
    return [Term(word, _ways(word, ""), word.isdigit()) for word in longer[:MOST_TERMS]]


def _digits(text: str) -> str:
    """The digits without what leads out of a country or a town: ``0049 30`` and ``030`` → ``4930``, ``30``."""
    return "".join(char for char in text if char.isascii() and char.isdigit()).lstrip("0")


def _ways(word: str, digits: str) -> tuple[tuple[str, ...], ...]:
    """As it is written (ids, short words), in the words of a folded name, as the digits of a number.

    An address as it is written says no more: whoever holds it holds its words.
    """
    parts = _NOT_WORD.sub(" ", word.replace("'", "")).split()
    found = [(_placed(word),), tuple(_placed(part) for part in parts)]
    if digits:
        found.append((_placed(digits),))
    return tuple(_without_implied(list(dict.fromkeys(way for way in found if way))))


def _placed(word: str) -> str:
    return word if len(word) >= INSIDE_WORDS else f" {word}"


def contains(term: Term, text: str) -> bool:
    return any(all(pattern in text for pattern in way) for way in term.ways)


def slips(term: Term) -> int:
    """How many slips a term may hold: none in numbers, addresses and short words."""
    if term.is_number or not term.text.isalnum() or len(term.text) < ONE_SLIP:
        return 0
    return 1 if len(term.text) < TWO_SLIPS else 2


def is_close(term: Term, text: str) -> bool:
    """Whether a word of ``text`` begins with the term, but for a slip or two.

    A slip is a letter too many, too few, wrong, or two in the wrong order.
    """
    return distances([term], [text]) != [None]


def distances(terms: Sequence[Term], texts: Sequence[str]) -> list[int | None]:
    """How many slips lie between the terms and the words of each text, for the order of what was found;
    None where a term does not stand in it but for a slip or two.

    Names repeat from text to text, so each word is compared once.
    """
    lower = [text.lower() for text in texts]
    split = [set(_WORD.findall(text)) or {""} for text in lower]
    near = [_near(term, set().union(*split)) for term in terms]
    holding = [
        all(not close.isdisjoint(words) or contains(term, text) for term, close in near)
        for text, words in zip(lower, split, strict=True)
    ]
    seen = set().union(*itertools.compress(split, holding))
    far = [_slips_to(term, seen) for term in terms]
    return [
        sum(min(map(slips.__getitem__, words)) for slips in far) if holds else None
        for words, holds in zip(split, holding, strict=True)
    ]


def _near(term: Term, words: Iterable[str]) -> tuple[Term, set[str]]:
    """The term, and those of the words that begin with it but for as many slips as it may hold."""
    most, length = slips(term), len(term.text)
    if not most:
        return term, set()
    long = [word for word in words if len(word) >= length - most]
    ends = (length - 1, length, length + 1)
    begins = {word[:end] for word in long for end in ends}
    found = process.extract(term.text, begins, scorer=OSA.distance, score_cutoff=most, limit=None)
    close = {begin for begin, _, _ in found}
    return term, {word for word in long if any(word[:end] in close for end in ends)}


def _slips_to(term: Term, words: Collection[str]) -> dict[str, int]:
    found = process.extract(term.text, words, scorer=OSA.distance, limit=None)
    return {word: int(slips) for word, slips, _ in found}


def swapped(term: Term) -> list[tuple[str, ...]]:
    """The term with two neighbours in the other order: the slip that leaves the fewest trigrams."""
    word = term.text
    if not slips(term):
        return []
    return [(word[:at] + word[at + 1] + word[at] + word[at + 2 :],) for at in range(len(word) - 1)]


@lru_cache(maxsize=64)
def pieces(term: Term) -> tuple[tuple[str, ...], ...]:
    """Parts of a word that survive a slip, so that an index of trigrams finds what is close.

    Each entry is a set of parts that all must stand in the text: what is before and after a slip,
    with the ends of the word as spaces.
    """
    if not slips(term):
        return ()
    word = f" {term.text} "
    around = [(word[:at], word[at + 2 :]) for at in range(1, len(word) - 1)]
    # A letter too few, or the last one wrong.
    around += [(word[:at], word[at + 1 :]) for at in range(1, len(word) - 1)]
    around += [(word[:at], word[at:]) for at in range(2, len(word) - 1)]
    kept = (tuple(p for p in parts if len(p) >= INSIDE_WORDS) for parts in around)
    # Fewer letters would stand in too many names; a word of four is found by its other slips.
    least = max(4, min(len(term.text), 7) - 1)
    telling = (parts for parts in kept if sum(map(len, parts)) >= least)
    return tuple(_without_implied(list(dict.fromkeys([*swapped(term), *telling]))))


def _without_implied(ways: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The ways without those that hold all parts of another: whoever asks for either finds these, too."""
    return [
        way
        for way in ways
        if not any(
            other != way and all(any(part in whole for whole in way) for part in other)
            for other in ways
        )
    ]


def splits(terms: Sequence[Term]) -> list[tuple[list[Term], list[Term]]]:
    """How a question may be about a person and their company: what it says of each.

    ``anna schmidt acme`` and ``acme anna``, but not a company in the middle of a name.
    """
    whole = list(terms)
    cuts = range(1, len(whole))
    both = [
        *((whole[:at], whole[at:]) for at in cuts),
        *((whole[at:], whole[:at]) for at in cuts),
    ]
    # A number or a letter or two names no company, and nobody.
    named = [(mine, theirs) for mine, theirs in both if _names(mine) and _names(theirs)]
    return [(whole, []), ([], whole), *named]


def _names(terms: Sequence[Term]) -> bool:
    return any(len(term.text) >= INSIDE_WORDS and not term.is_number for term in terms)
