"""How likely two records are one person, and why. Plain arithmetic; knows no row.

Each comparison weighs so many bits: the logarithm (base 2) of how much oftener it comes out so
between two records of one person than between two people who happened to be compared (the method
of Fellegi and Sunter). The bits are added to what is true of any such pair beforehand, and the sum
read as a probability. Facts that follow from each other (postcode, town, state; company, domain)
share a ceiling, so that one fact is not counted three times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from leads import mailboxes
from leads.merging.features import Person, sound
from leads.merging.nicknames import Nicknames

#: Of the pairs that share a blocking key, one in so many is one person before anything is compared.
PRIOR = -13.0
#: What somebody moved house or changed the company weighs at most against.
LEAST = 7.0
#: What company and title, and what all parts of an address weigh together at most.
MOST_OF_COMPANY, MOST_OF_PLACE = 6.0, 16.0
PLACE = ("street", "line", "postcode", "city", "region")
#: Names whose comparison is remembered: of a million people few have a name of their own.
REMEMBERED = 50_000
#: Bits from which a fact belongs to one person alone: a mailbox, a phone number, a day of birth.
PERSONAL = 7.0
#: No sum of likenesses makes certain; a person decides.
CEILING = 0.999


class Band(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


#: From which strength each band begins. What is unlikely is not shown.
BANDS = ((Band.CERTAIN, 0.99), (Band.LIKELY, 0.9), (Band.POSSIBLE, 0.5))


class Reason(NamedTuple):
    """One comparison: what came out, in words, and how many bits it weighs."""

    text: str
    bits: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """``strength`` is between 0 and 1: of so many pairs of this strength, that share are one person."""

    strength: float
    reasons: tuple[Reason, ...]

    @property
    def band(self) -> Band:
        return band_of(self.strength)


def band_of(strength: float) -> Band:
    return next((band for band, least in BANDS if strength >= least), Band.UNLIKELY)


def likeness(one: Person, other: Person, nicknames: Nicknames) -> Likeness:
    """The likeness of two people. The order of the two does not matter."""
    if _order(other) < _order(one):
        one, other = other, one
    name, own = _personal(one, other, nicknames)
    return _told(name, own, _around(one, other))


def likely(one: Person, other: Person, nicknames: Nicknames, *, least: float) -> Likeness | None:
    """The likeness where it is at least ``least``. Most pairs of a scan are not alike, and names, addresses
    and numbers tell many already: not even the same company and place would make them one person."""
    if _order(other) < _order(one):
        one, other = other, one
    name, own = _personal(one, other, nicknames)
    bits = PRIOR + sum(reason.bits for reason in (*name, *own))
    if _strength(bits + _most_around(one, other)) < least:
        return None
    around = _around(one, other)
    if _strength(bits + sum(reason.bits for reason in around)) < least:
        return None
    told = _told(name, own, around)
    return told if told.strength >= least else None


Reasons = list[Reason]


def _personal(one: Person, other: Person, nicknames: Nicknames) -> tuple[Reasons, Reasons]:
    """What speaks of the name, and of what belongs to one person alone."""
    name = list(_name(one, other, nicknames))
    return name, [*_address(one, other), *_phone(one, other), *_birth(one, other)]


def _around(one: Person, other: Person) -> Reasons:
    """What speaks of company and place, and of ids that differ."""
    company = _bounded(list(_company(one, other)), MOST_OF_COMPANY)
    return [*company, *_bounded(list(_place(one, other)), MOST_OF_PLACE), *_ids(one, other)]


def _told(name: Reasons, own: Reasons, around: Reasons) -> Likeness:
    reasons = sorted((*name, *own, *around), key=lambda r: (-abs(r.bits), r.text))
    strength = _strength(PRIOR + sum(reason.bits for reason in reasons))
    return Likeness(min(strength, _ceiling(name, own)), tuple(reasons))


def _strength(bits: float) -> float:
    return round(float(1 / (1 + 2 ** -max(-60.0, min(60.0, bits)))), 4)


def _most_around(one: Person, other: Person) -> float:
    """How many bits company and place can weigh at most: what only one of the two has says nothing."""
    has_company = (one.domain or one.company) and (other.domain or other.company)
    is_titled = one.title and one.title == other.title
    has_place = any(getattr(one, part) and getattr(other, part) for part in PLACE)
    # The shares of bounded reasons are rounded.
    most = 0.1 + (MOST_OF_COMPANY if has_company or is_titled else 0.0)
    return most + (MOST_OF_PLACE if has_place else 0.0)


def _order(person: Person) -> tuple[object, ...]:
    """Where names are compared crosswise, it counts who comes first; so the same one always does."""
    return person.first, person.last, person.words, person.email


def _ceiling(name: list[Reason], own: list[Reason]) -> float:
    """How strong a pair may get at all.

    Who shares an address or a company and only one of two names may be a sister or a colleague, and
    who shares no name at all is one: unless the two share what belongs to one person alone.
    """
    differing = sum(reason.bits < 0 for reason in name)
    if not differing or any(reason.bits >= PERSONAL for reason in own):
        return CEILING
    is_another = differing == len(name)
    return BANDS[-1][1] - 0.01 if is_another else BANDS[1][1] - 0.01


def _bounded(reasons: list[Reason], most: float) -> list[Reason]:
    """Reasons that follow from each other weigh together no more than ``most``, nor less than ``-LEAST``."""
    if len(reasons) < 2:  # none weighs so much alone
        return reasons
    for sign, limit in ((1, most), (-1, LEAST)):
        total = sum(sign * r.bits for r in reasons if sign * r.bits > 0)
        if total > limit:
            share = limit / total
            reasons = [
                Reason(r.text, round(r.bits * share, 2)) if sign * r.bits > 0 else r
                for r in reasons
            ]
    return reasons


# --- e-mail and phone ------------------------------------------------------------------------
def _address(one: Person, other: Person) -> Iterator[Reason]:
    if not one.email or not other.email:
        return
    if one.mailbox and one.mailbox == other.mailbox:
        if mailboxes.is_role(one.mailbox):
            yield Reason("Same shared mailbox", 4.0)
        else:
            yield Reason("Same mailbox", 18.0)
        return
    yield _addresses_alike(one, other)


def _addresses_alike(one: Person, other: Person) -> Reason:
    (mine, _, at), (theirs, _, there) = one.email.partition("@"), other.email.partition("@")
    if at == there:
        # Colleagues and families share all but the name, so only the name counts.
        slips = OSA.distance(mine, theirs, score_cutoff=2)
        shortest = min(len(mine), len(theirs))
        if slips == 1 and shortest >= 6:
            return Reason("E-mail addresses alike", 9.0)
        if slips == 2 and shortest >= 9:
            return Reason("E-mail addresses alike", 7.0)
        return Reason("Another address at the same domain", -5.0)
    whole = OSA.normalized_similarity(one.email, other.email)
    alike = next(
        (bits for least, bits in ((0.9, 11.0), (0.8, 8.0), (0.7, 5.0)) if whole >= least), 0
    )
    is_own = len(mine) >= 6 and mine == theirs and not mailboxes.is_role(one.mailbox)
    if is_own and alike < 7:
        return Reason("Same name before the @", 7.0)
    return (
        Reason("E-mail addresses alike", alike)
        if alike
        else Reason("E-mail addresses differ", -1.0)
    )


def _phone(one: Person, other: Person) -> Iterator[Reason]:
    mine, theirs = one.phone.lstrip("+0"), other.phone.lstrip("+0")
    if not mine or not theirs:
        return
    if mine == theirs:
        yield Reason("Same phone number", 13.0)
    elif len(mine) >= 7 and len(theirs) >= 7 and (mine.endswith(theirs) or theirs.endswith(mine)):
        yield Reason("Same phone number but for its country", 12.0)
    elif len(mine) >= 8 and OSA.distance(mine[:-2], theirs[:-2], score_cutoff=1) <= 1:
        # The last digits are often those of a colleague's desk.
        yield Reason("Phone numbers alike", 2.0)
    else:
        yield Reason("Phone numbers differ", -1.0)


# --- the name --------------------------------------------------------------------------------
def _name(one: Person, other: Person, nicknames: Nicknames) -> Iterator[Reason]:
    if not one.words or not other.words:
        return
    if one.words == other.words:
        text = "Same name"
        if one.first and other.first and one.first != other.first:
            text = "Same name in another order"
        yield Reason(text, 15.0 if len(one.words) > 1 else 8.0)
        return
    if not (one.first and one.last and other.first and other.last):
        yield from _loose_words(one, other, nicknames)
        return
    straight = _first(one.first, other.first, nicknames), _last(one.last, other.last)
    swapped = _first(one.first, other.last, nicknames), _last(one.last, other.first)
    if _bits(swapped) > max(0.0, _bits(straight)):
        for reason in swapped:
            yield Reason(f"{reason.text}, in another order", reason.bits - 0.5)
        return
    yield from straight


def _bits(pair: tuple[Reason, Reason]) -> float:
    return pair[0].bits + pair[1].bits


@lru_cache(maxsize=REMEMBERED)
def _first(mine: str, theirs: str, nicknames: Nicknames) -> Reason:
    if mine == theirs:
        return Reason("Same first name", 6.0)
    if mine[:1] == theirs[:1] and 1 in (len(mine), len(theirs)):
        return Reason("First name abbreviated", 3.0)
    if nicknames.are_alike(mine, theirs):
        return Reason("First names mean each other", 5.0)
    if are_near(mine, theirs):
        return Reason("First names alike", 4.5)
    if sound(mine) == sound(theirs):
        return Reason("First names sound alike", 2.0)
    if mine in theirs.split() or theirs in mine.split():
        return Reason("One of the first names is the same", 4.0)
    return Reason("First names differ", -4.5)


@lru_cache(maxsize=REMEMBERED)
def _last(mine: str, theirs: str) -> Reason:
    if mine == theirs:
        return Reason("Same last name", 9.0)
    if mine[:1] == theirs[:1] and 1 in (len(mine), len(theirs)):
        return Reason("Last name abbreviated", 3.0)
    if are_near(mine, theirs):
        return Reason("Last names alike", 7.0)
    if sound(mine) == sound(theirs):
        return Reason("Last names sound alike", 5.0)
    if set(mine.split()) & set(theirs.split()):
        return Reason("One of the last names is the same", 6.0)
    return Reason("Last names differ", -4.5)


@lru_cache(maxsize=REMEMBERED)
def are_near(mine: str, theirs: str) -> bool:
    """Whether one slip, or two in a long word, lie between: a letter left out, doubled, changed.

    The same letters in any order are near, too: fingers are quicker than hands.
    """
    shortest = min(len(mine), len(theirs))
    if shortest < 3:
        return False
    allowed = 1 if shortest < 7 else 2
    if OSA.distance(mine, theirs, score_cutoff=allowed) <= allowed:
        return True
    if shortest < 5:
        return shortest == 4 and sorted(mine) == sorted(theirs)
    if JaroWinkler.similarity(mine, theirs) >= 0.93:
        return True
    return OSA.distance(sorted(mine), sorted(theirs), score_cutoff=1) <= 1


def _loose_words(one: Person, other: Person, nicknames: Nicknames) -> Iterator[Reason]:
    """Where one record has a part of a name only: how many of its words the other has, too."""
    few, many = sorted((one.words, other.words), key=len)
    left = list(many)
    found = 0
    for word in few:
        near = next((w for w in left if w == word or are_near(w, word)), None) or next(
            (w for w in left if nicknames.are_alike(w, word)), None
        )
        if near is not None:
            left.remove(near)
            found += 1
    if found == len(few):
        yield Reason("All known parts of the name are alike", 6.0 * found)
    elif found:
        yield Reason("A part of the name is alike", 2.0)
    else:
        yield Reason("Names differ", -6.0)


# --- company and place -----------------------------------------------------------------------
def _company(one: Person, other: Person) -> Iterator[Reason]:
    if one.domain and one.domain == other.domain:
        yield Reason("Same company domain", 5.0)
    if one.company and other.company:
        if one.company == other.company:
            yield Reason("Same company", 5.0)
        elif are_near(one.company, other.company):
            yield Reason("Companies alike", 3.5)
        elif not (one.domain and one.domain == other.domain):
            yield Reason("Companies differ", -2.0)
    if one.title and one.title == other.title:
        yield Reason("Same job title", 1.5)


def _place(one: Person, other: Person) -> Iterator[Reason]:
    if one.street and other.street:
        yield _street(one, other)
    if one.line and other.line and (one.line == other.line or are_near(one.line, other.line)):
        yield Reason("Same second line of the address", 4.0)
    if one.postcode and other.postcode:
        yield _postcode(one.postcode, other.postcode)
    if one.city and other.city:
        yield _town(one.city, other.city)
    if one.region and other.region:
        is_same = one.region == other.region
        yield Reason("Same region" if is_same else "Regions differ", 1.5 if is_same else -1.5)
    if one.country and other.country and one.country != other.country:
        yield Reason("Countries differ", -3.0)


def _postcode(mine: str, theirs: str) -> Reason:
    if mine == theirs:
        return Reason("Same postcode", 7.0)
    if OSA.distance(mine, theirs, score_cutoff=1) <= 1:
        return Reason("Postcodes alike", 3.0)
    return Reason("Postcodes differ", -3.5)


def _town(mine: str, theirs: str) -> Reason:
    if mine == theirs:
        return Reason("Same town", 3.0)
    if OSA.normalized_similarity(mine, theirs) >= 0.6:
        return Reason("Towns alike", 2.0)
    return Reason("Towns differ", -2.5)


def _street(one: Person, other: Person) -> Reason:
    mine, theirs = _split(one.street), _split(other.street)
    if one.street == other.street:
        return Reason("Same street address", 9.0 if mine[1] else 3.0)
    same_number = bool(mine[0]) and mine[0] == theirs[0]
    if mine[1].replace(" ", "") == theirs[1].replace(" ", "") or are_near(mine[1], theirs[1]):
        return Reason("Same street", 8.0 if same_number else 5.5)
    alike = JaroWinkler.similarity(mine[1], theirs[1]) >= 0.85
    if same_number and alike:
        return Reason("Streets alike", 5.0)
    return Reason("Streets differ", -1.0 if same_number or alike else -4.0)


def _split(street: str) -> tuple[str, str]:
    words = street.split()
    return (
        " ".join(word for word in words if word[0].isdigit()),
        " ".join(word for word in words if not word[0].isdigit()),
    )


def _birth(one: Person, other: Person) -> Iterator[Reason]:
    if not one.born or not other.born:
        return
    if one.born == other.born:
        yield Reason("Same day of birth", 12.0)
    elif sorted(one.born) == sorted(other.born) or (
        len(one.born) == len(other.born)
        and sum(a != b for a, b in zip(one.born, other.born, strict=True)) <= 2
    ):
        yield Reason("Days of birth alike", 4.0)
    else:
        yield Reason("Days of birth differ", -5.0)


def _ids(one: Person, other: Person) -> Iterator[Reason]:
    if one.external_id and other.external_id and one.external_id != other.external_id:
        yield Reason("Different external ids", -1.0)
