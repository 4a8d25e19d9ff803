"""Which pairs cannot be alike, told from outlines, many at once: nearly all pairs of a scan. Plain.

For each pair the most bits that ``likeness`` could find are added up: what outlines do not tell counts
as if it came out best. Whoever reaches the threshold so is compared in full, so nothing is lost here.
Needs numpy, so only the scan imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from leads.merging import reasons as say
from leads.merging.likeness import (
    LEAST,
    MOST_OF_COMPANY,
    MOST_OF_PLACE,
    NEAR_FROM,
    NEAR_JARO_WINKLER,
    NEAR_LONG,
    NEAR_SLIPS,
    NEAR_WHOLE,
    PRIOR,
    TOWNS_NEAR,
)
from leads.merging.nicknames import Nicknames
from leads.merging.outlines import CODES, FORM, LETTERED, WORDED, code, email_in, text_of, word_bit

Array = NDArray[Any]
FORMAT = np.dtype(
    [(name, "<u4") for name in CODES]
    + [(f"{name}_letters", "<u8") for name in LETTERED]
    + [(f"{name}_length", "u1") for name in LETTERED]
    + [(f"{name}_words", "<u8") for name in WORDED]
    + [("words", "u1")]
)
_NONE = bytes(FORM.size)
#: Strengths and shares of bounded reasons are rounded.
ROUNDING = 0.1
#: What a common beginning can add to the likeness by Jaro, and what Jaro's three parts come to then.
BEGINNING = 0.4
SHARED_LETTERS = 3 * (NEAR_JARO_WINKLER - BEGINNING) / (1 - BEGINNING) - 1 - 1e-6
FIRST = (
    say.SAME_FIRST_NAME, say.FIRST_NAMES_ALIKE, say.FIRST_NAMES_SOUND_ALIKE, say.ONE_FIRST_NAME,
    say.FIRST_NAME_ABBREVIATED, say.FIRST_NAMES_DIFFER,
)  # fmt: skip
LAST = (
    say.SAME_LAST_NAME, say.LAST_NAMES_ALIKE, say.LAST_NAMES_SOUND_ALIKE, say.ONE_LAST_NAME,
    say.LAST_NAME_ABBREVIATED, say.LAST_NAMES_DIFFER,
)  # fmt: skip


class Side(dict[str, Array]):
    """One side of many pairs: each fact of its people by name, fetched when it is asked for."""

    def __init__(self, columns: dict[str, Array], places: Array) -> None:
        self._columns, self._places = columns, places

    def __missing__(self, name: str) -> Array:
        self[name] = fact = self._columns[name][self._places]
        return fact


class Sieve:
    """Outlines of a slice, by their place, and the nicknames of today. An empty one tells nothing."""

    def __init__(self, outlines: Sequence[bytes], nicknames: Nicknames) -> None:
        fixed = b"".join([outline[: FORM.size] or _NONE for outline in outlines])
        rows = np.frombuffer(fixed, dtype=FORMAT)
        self._columns = {name: rows[name].copy() for name in FORMAT.names or ()}
        self._unknown = np.array([not outline for outline in outlines])
        self._emails = [email_in(text_of(outline)) for outline in outlines]
        first, last = self._columns["first"], self._columns["last"]
        self._called = _called(first, nicknames), _called(last, nicknames)

    def passed(self, low: Array, high: Array, *, least: float) -> Array:
        """For each pair of places whether its likeness may be ``least``."""
        needed = np.log2(least / (1 - least)) - PRIOR - ROUNDING
        one, other = Side(self._columns, low), Side(self._columns, high)
        bits = self._names(one, other, low, high) + _own(one, other) + _around(one, other)
        found = _mailboxes(one, other)
        # Whoever needs the addresses to be alike, and only they, have them compared.
        open_ = np.flatnonzero((found == 0) & (bits + say.ADDRESSES_ALIKE[0][1].bits >= needed))
        found[open_] = self._addresses(low[open_], high[open_])
        passed: Array = (bits + found >= needed) | self._unknown[low] | self._unknown[high]
        return passed

    def _names(self, one: Side, other: Side, low: Array, high: Array) -> Array:
        first, last = self._called
        means = say.FIRST_NAMES_MEAN.bits
        straight = _part("first", "first", FIRST, one, other)
        straight = np.where(first[low] & first[high], np.maximum(straight, means), straight)
        straight += _part("last", "last", LAST, one, other)
        # Crosswise it counts who comes first: the better of the two is taken.
        swapped = np.full(len(low), -2 * say.SWAPPED)
        for mine, theirs, called in (
            ("first", "last", first[low] & last[high]),
            ("last", "first", last[low] & first[high]),
        ):
            part = np.maximum(
                _part(mine, theirs, FIRST, one, other), _part(mine, theirs, LAST, one, other)
            )
            swapped += np.where(called, np.maximum(part, means), part)
        named = (one["first"] > 0) & (one["last"] > 0) & (other["first"] > 0) & (other["last"] > 0)
        loose = np.minimum(one["words"], other["words"]) * say.EACH_PART
        bits = np.where(named, np.maximum(straight, swapped), loose)
        same = np.where(one["words"] > 1, say.SAME_NAME, say.SAME_WORD)
        bits = np.where(one["name"] == other["name"], same, bits)
        return np.where((one["name"] > 0) & (other["name"] > 0), bits, 0.0)

    def _addresses(self, low: Array, high: Array) -> Array:
        one, other = Side(self._columns, low), Side(self._columns, high)
        emails = self._emails
        mine, theirs = [emails[at] for at in low], [emails[at] for at in high]
        slips = cpdist(mine, theirs, scorer=OSA.distance, dtype=np.int32) if len(low) else low
        longest = np.maximum([len(text) for text in mine], [len(text) for text in theirs])
        alike = 1 - slips / np.maximum(longest, 1) + 1e-9
        differing = np.full(len(low), say.ADDRESSES_DIFFER.bits)
        for least, told in reversed(say.ADDRESSES_ALIKE):
            differing[alike >= least] = told.bits
        own = np.maximum(differing, say.SAME_LOCAL.bits)
        differing = np.where(one["local"] == other["local"], own, differing)
        colleagues = np.where(
            slips <= 1,
            say.ADDRESS_ONE_SLIP.bits,
            np.where(slips == 2, say.ADDRESS_TWO_SLIPS.bits, say.ANOTHER_AT_DOMAIN.bits),
        )
        bits = np.where(one["at"] == other["at"], colleagues, differing)
        return np.where((longest > 0) & _both("local", one, other), bits, 0.0)


def _called(names: Array, nicknames: Nicknames) -> Array:
    """The names that each may stand for, each one of 64 bits: who shares none is not called alike."""
    known = np.array([code(name) for name in nicknames], dtype=np.uint32)
    bits = np.array(
        [
            np.bitwise_or.reduce([np.uint64(word_bit(full)) for full in nicknames.names_of(name)])
            for name in nicknames
        ],
        dtype=np.uint64,
    )
    if not len(known):
        return np.zeros(len(names), dtype=np.uint64)
    order = np.argsort(known)
    place = np.minimum(np.searchsorted(known, names, sorter=order), len(known) - 1)
    return np.where(known[order][place] == names, bits[order][place], np.uint64(0))


def _part(mine: str, theirs: str, weights: tuple[say.Reason, ...], one: Side, other: Side) -> Array:
    """The most that one part of a name may weigh beside one of the other's."""
    same, alike, sounds, shared, abbreviated, differ = (reason.bits for reason in weights)
    bits = np.full(len(one[mine]), differ)
    is_short = (one[f"{mine}_length"] == 1) | (other[f"{theirs}_length"] == 1)
    bits = np.where(is_short, np.maximum(bits, abbreviated), bits)
    is_heard = one[f"{mine}_sound"] == other[f"{theirs}_sound"]
    bits = np.where(is_heard, np.maximum(bits, sounds), bits)
    is_shared = (one[f"{mine}_words"] & other[f"{theirs}_words"]) != 0
    bits = np.where(is_shared, np.maximum(bits, shared), bits)
    bits = np.where(_may_be_near(mine, theirs, one, other), np.maximum(bits, alike), bits)
    return np.where(one[mine] == other[theirs], same, bits)


def _may_be_near(mine: str, theirs: str, one: Side, other: Side) -> Array:
    """Whether ``are_near`` may hold: each slip leaves at most one letter of either word without its like."""
    left, right, long, wide = _lettered(mine, theirs, one, other)
    shortest = np.minimum(long, wide)
    slips = np.maximum(np.maximum(left, right), np.abs(long - wide))
    shared = np.minimum(long - left, wide - right)
    is_like = shared * (1 / np.maximum(long, 1) + 1 / np.maximum(wide, 1)) >= SHARED_LETTERS
    return (shortest >= NEAR_FROM) & (
        (slips <= np.where(shortest < NEAR_LONG, 1, NEAR_SLIPS))
        | (is_like & (shortest >= NEAR_WHOLE))
    )


def _lettered(mine: str, theirs: str, one: Side, other: Side) -> tuple[Array, ...]:
    """How many letters only the one has and only the other, and how long both are."""
    letters, others = one[f"{mine}_letters"], other[f"{theirs}_letters"]
    left = np.bitwise_count(letters & ~others).astype(np.int32)
    right = np.bitwise_count(others & ~letters).astype(np.int32)
    long, wide = one[f"{mine}_length"], other[f"{theirs}_length"]
    return left, right, long.astype(np.int32), wide.astype(np.int32)


def _both(name: str, one: Side, other: Side) -> Array:
    return (one[name] > 0) & (other[name] > 0)


def _told(name: str, same: say.Reason, best: Array | float, one: Side, other: Side) -> Array:
    """What a fact weighs that both have: ``best``, where it may be anything but the same."""
    return np.where(
        _both(name, one, other), np.where(one[name] == other[name], same.bits, best), 0.0
    )


def _mailboxes(one: Side, other: Side) -> Array:
    is_same = (one["mailbox"] == other["mailbox"]) & (one["mailbox"] > 0)
    return np.where(is_same, say.SAME_MAILBOX.bits, 0.0)


def _own(one: Side, other: Side) -> Array:
    phone = _told("phone", say.SAME_PHONE, say.PHONES_ALIKE.bits, one, other)
    return phone + _told("born", say.SAME_BIRTH, say.BIRTHS_ALIKE.bits, one, other)


def _around(one: Side, other: Side) -> Array:
    ids = _told("external_id", say.Reason("", 0.0), say.IDS_DIFFER.bits, one, other)
    return _company(one, other) + _place(one, other) + ids


def _company(one: Side, other: Side) -> Array:
    is_there = (one["domain"] == other["domain"]) & (one["domain"] > 0)
    near = _may_be_near("company", "company", one, other)
    differ = np.where(is_there, 0.0, say.COMPANIES_DIFFER.bits)
    best = np.where(near, say.COMPANIES_ALIKE.bits, differ)
    named = _told("company", say.SAME_COMPANY, best, one, other)
    titled = (one["title"] == other["title"]) & (one["title"] > 0)
    good = np.where(is_there, say.SAME_DOMAIN.bits, 0.0) + np.where(
        titled, say.SAME_TITLE.bits, 0.0
    )
    return np.minimum(good + np.maximum(named, 0), MOST_OF_COMPANY) + np.minimum(named, 0)


def _place(one: Side, other: Side) -> Array:
    left, right, long, wide = _lettered("city", "city", one, other)
    slips = np.maximum(np.maximum(left, right), np.abs(long - wide))
    is_near = slips <= (1 - TOWNS_NEAR) * np.maximum(long, wide) + 1e-6
    town = np.where(is_near, say.TOWNS_ALIKE.bits, say.TOWNS_DIFFER.bits)
    parts = [
        _told("street", say.SAME_ADDRESS, say.SAME_STREET_AND_NUMBER.bits, one, other),
        _told("line", say.SAME_LINE, say.SAME_LINE.bits, one, other),
        _told("postcode", say.SAME_POSTCODE, say.POSTCODES_ALIKE.bits, one, other),
        _told("city", say.SAME_TOWN, town, one, other),
        _told("region", say.SAME_REGION, say.REGIONS_DIFFER.bits, one, other),
        _told("country", say.Reason("", 0.0), say.COUNTRIES_DIFFER.bits, one, other),
    ]
    good = sum(np.maximum(part, 0) for part in parts)
    bad = sum(np.minimum(part, 0) for part in parts)
    return np.minimum(good, MOST_OF_PLACE) + np.maximum(bad, -LEAST)
