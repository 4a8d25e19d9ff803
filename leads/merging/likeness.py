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

from rapidfuzz.distance import OSA, JaroWinkler

from leads import mailboxes
from leads.merging import reasons as say
from leads.merging.features import Person, sound
from leads.merging.nicknames import Nicknames
from leads.merging.reasons import Reason

#: Of the pairs that share a blocking key, one in so many is one person before anything is compared.
PRIOR = -13.0
#: What somebody moved house or changed the company weighs at most against.
LEAST = 7.0
#: What company and title, and what all parts of an address weigh together at most.
MOST_OF_COMPANY, MOST_OF_PLACE = 6.0, 16.0
MOST_OF_PART = (
    ("street", say.SAME_ADDRESS.bits), ("line", say.SAME_LINE.bits), ("postcode", say.SAME_POSTCODE.bits),
    ("city", say.SAME_TOWN.bits), ("region", say.SAME_REGION.bits),
)  # fmt: skip
#: Names whose comparison is remembered: of a million people few have a name of their own.
REMEMBERED = 50_000
#: Words are near with so many slips in a long one, or so like each other by Jaro and Winkler; towns so by slips.
NEAR_SLIPS, NEAR_JARO_WINKLER, TOWNS_NEAR = 2, 0.93, 0.6
#: How long words must be to be near at all, as a whole, and with more than one slip.
NEAR_FROM, NEAR_WHOLE, NEAR_LONG = 3, 5, 7
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
    place = sum(bits for part, bits in MOST_OF_PART if getattr(one, part) and getattr(other, part))
    # The shares of bounded reasons are rounded.
    most = 0.1 + (MOST_OF_COMPANY if has_company or is_titled else 0.0)
    return most + min(place, MOST_OF_PLACE)


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
            yield say.SAME_SHARED_MAILBOX
        else:
            yield say.SAME_MAILBOX
        return
    yield _addresses_alike(one, other)


def _addresses_alike(one: Person, other: Person) -> Reason:
    (mine, _, at), (theirs, _, there) = one.email.partition("@"), other.email.partition("@")
    if at == there:
        # Colleagues and families share all but the name, so only the name counts.
        slips = OSA.distance(mine, theirs, score_cutoff=2)
        shortest = min(len(mine), len(theirs))
        if slips == 1 and shortest >= 6:
            return say.ADDRESS_ONE_SLIP
        if slips == 2 and shortest >= 9:
            return say.ADDRESS_TWO_SLIPS
        return say.ANOTHER_AT_DOMAIN
    whole = OSA.normalized_similarity(one.email, other.email)
    alike = next((told for least, told in say.ADDRESSES_ALIKE if whole >= least), None)
    is_own = len(mine) >= 6 and mine == theirs and not mailboxes.is_role(one.mailbox)
    if is_own and (alike is None or alike.bits < say.SAME_LOCAL.bits):
        return say.SAME_LOCAL
    return alike or say.ADDRESSES_DIFFER


def _phone(one: Person, other: Person) -> Iterator[Reason]:
    mine, theirs = one.phone.lstrip("+0"), other.phone.lstrip("+0")
    if not mine or not theirs:
        return
    if mine == theirs:
        yield say.SAME_PHONE
    elif len(mine) >= 7 and len(theirs) >= 7 and (mine.endswith(theirs) or theirs.endswith(mine)):
        yield say.SAME_PHONE_ABROAD
    elif len(mine) >= 8 and OSA.distance(mine[:-2], theirs[:-2], score_cutoff=1) <= 1:
        # The last digits are often those of a colleague's desk.
        yield say.PHONES_ALIKE
    else:
        yield say.PHONES_DIFFER


# --- the name --------------------------------------------------------------------------------
def _name(one: Person, other: Person, nicknames: Nicknames) -> Iterator[Reason]:
    if not one.words or not other.words:
        return
    if one.words == other.words:
        text = "Same name"
        if one.first and other.first and one.first != other.first:
            text = "Same name in another order"
        yield Reason(text, say.SAME_NAME if len(one.words) > 1 else say.SAME_WORD)
        return
    if not (one.first and one.last and other.first and other.last):
        yield from _loose_words(one, other, nicknames)
        return
    straight = _first(one.first, other.first, nicknames), _last(one.last, other.last)
    swapped = _first(one.first, other.last, nicknames), _last(one.last, other.first)
    if _bits(swapped) > max(0.0, _bits(straight)):
        for reason in swapped:
            yield Reason(f"{reason.text}, in another order", reason.bits - say.SWAPPED)
        return
    yield from straight


def _bits(pair: tuple[Reason, Reason]) -> float:
    return pair[0].bits + pair[1].bits


@lru_cache(maxsize=REMEMBERED)
def _first(mine: str, theirs: str, nicknames: Nicknames) -> Reason:
    if mine == theirs:
        return say.SAME_FIRST_NAME
    if mine[:1] == theirs[:1] and 1 in (len(mine), len(theirs)):
        return say.FIRST_NAME_ABBREVIATED
    if nicknames.are_alike(mine, theirs):
        return say.FIRST_NAMES_MEAN
    if are_near(mine, theirs):
        return say.FIRST_NAMES_ALIKE
    if sound(mine) == sound(theirs):
        return say.FIRST_NAMES_SOUND_ALIKE
    if mine in theirs.split() or theirs in mine.split():
        return say.ONE_FIRST_NAME
    return say.FIRST_NAMES_DIFFER


@lru_cache(maxsize=REMEMBERED)
def _last(mine: str, theirs: str) -> Reason:
    if mine == theirs:
        return say.SAME_LAST_NAME
    if mine[:1] == theirs[:1] and 1 in (len(mine), len(theirs)):
        return say.LAST_NAME_ABBREVIATED
    if are_near(mine, theirs):
        return say.LAST_NAMES_ALIKE
    if sound(mine) == sound(theirs):
        return say.LAST_NAMES_SOUND_ALIKE
    if set(mine.split()) & set(theirs.split()):
        return say.ONE_LAST_NAME
    return say.LAST_NAMES_DIFFER


@lru_cache(maxsize=REMEMBERED)
def are_near(mine: str, theirs: str) -> bool:
    """Whether one slip, or two in a long word, lie between: a letter left out, doubled, changed.

    The same letters in any order are near, too: fingers are quicker than hands.
    """
    shortest = min(len(mine), len(theirs))
    if shortest < NEAR_FROM:
        return False
    allowed = 1 if shortest < NEAR_LONG else NEAR_SLIPS
    if OSA.distance(mine, theirs, score_cutoff=allowed) <= allowed:
        return True
    if shortest < NEAR_WHOLE:
        return shortest == 4 and sorted(mine) == sorted(theirs)
    if JaroWinkler.similarity(mine, theirs) >= NEAR_JARO_WINKLER:
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
        yield Reason("All known parts of the name are alike", say.EACH_PART * found)
    elif found:
        yield say.PART_OF_NAME
    else:
        yield say.NAMES_DIFFER


# --- company and place -----------------------------------------------------------------------
def _company(one: Person, other: Person) -> Iterator[Reason]:
    if one.domain and one.domain == other.domain:
        yield say.SAME_DOMAIN
    if one.company and other.company:
        if one.company == other.company:
            yield say.SAME_COMPANY
        elif are_near(one.company, other.company):
            yield say.COMPANIES_ALIKE
        elif not (one.domain and one.domain == other.domain):
            yield say.COMPANIES_DIFFER
    if one.title and one.title == other.title:
        yield say.SAME_TITLE


def _place(one: Person, other: Person) -> Iterator[Reason]:
    if one.street and other.street:
        yield _street(one, other)
    if one.line and other.line and (one.line == other.line or are_near(one.line, other.line)):
        yield say.SAME_LINE
    if one.postcode and other.postcode:
        yield _postcode(one.postcode, other.postcode)
    if one.city and other.city:
        yield _town(one.city, other.city)
    if one.region and other.region:
        is_same = one.region == other.region
        yield say.SAME_REGION if is_same else say.REGIONS_DIFFER
    if one.country and other.country and one.country != other.country:
        yield say.COUNTRIES_DIFFER


def _postcode(mine: str, theirs: str) -> Reason:
    if mine == theirs:
        return say.SAME_POSTCODE
    if OSA.distance(mine, theirs, score_cutoff=1) <= 1:
        return say.POSTCODES_ALIKE
    return say.POSTCODES_DIFFER


def _town(mine: str, theirs: str) -> Reason:
    if mine == theirs:
        return say.SAME_TOWN
    if OSA.normalized_similarity(mine, theirs) >= TOWNS_NEAR:
        return say.TOWNS_ALIKE
    return say.TOWNS_DIFFER


def _street(one: Person, other: Person) -> Reason:
    mine, theirs = _split(one.street), _split(other.street)
    if one.street == other.street:
        return say.SAME_ADDRESS if mine[1] else say.SAME_NUMBER
    same_number = bool(mine[0]) and mine[0] == theirs[0]
    if mine[1].replace(" ", "") == theirs[1].replace(" ", "") or are_near(mine[1], theirs[1]):
        return say.SAME_STREET_AND_NUMBER if same_number else say.SAME_STREET
    alike = JaroWinkler.similarity(mine[1], theirs[1]) >= 0.85
    if same_number and alike:
        return say.STREETS_ALIKE
    return say.STREETS_PARTLY_DIFFER if same_number or alike else say.STREETS_DIFFER


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
        yield say.SAME_BIRTH
    elif sorted(one.born) == sorted(other.born) or (
        len(one.born) == len(other.born)
        and sum(a != b for a, b in zip(one.born, other.born, strict=True)) <= 2
    ):
        yield say.BIRTHS_ALIKE
    else:
        yield say.BIRTHS_DIFFER


def _ids(one: Person, other: Person) -> Iterator[Reason]:
    if one.external_id and other.external_id and one.external_id != other.external_id:
        yield say.IDS_DIFFER
