"""By which values two people come to be compared at all: each person's few blocking keys. Plain.

A pair that shares no key is never looked at, so the keys are chosen to survive one slip each:
another order of the words, letters changed places, a misheard name beside a right postcode.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from leads import mailboxes
from leads.merging.features import Person, sound
from leads.merging.nicknames import Nicknames


class Kind(IntEnum):
    """What a key is made of."""

    MAILBOX = 1
    PHONE = 2
    LETTERS = 3
    LOCAL = 4
    NAME = 5
    NAME_LETTERS = 6
    WORD_COMPANY = 7
    WORD_PLACE = 8
    WORD_BORN = 9
    STREET = 10
    PLACE_STREET = 11


#: How the pages call each kind when a value of it is too common to mean anything.
LABELS = {
    Kind.MAILBOX: "mailbox",
    Kind.PHONE: "phone number",
    Kind.LETTERS: "e-mail address",
    Kind.LOCAL: "name before the @",
    Kind.NAME: "name",
    Kind.NAME_LETTERS: "name",
    Kind.WORD_COMPANY: "name at the company",
    Kind.WORD_PLACE: "name at the place",
    Kind.WORD_BORN: "name and day of birth",
    Kind.STREET: "street",
    Kind.PLACE_STREET: "street at the place",
}
LONGEST = 80
#: The last digits of a number are the same with and without its country.
PHONE_DIGITS = 9
#: Shorter than that says nothing.
LEAST_LOCAL, LEAST_LETTERS = 6, 8

Key = tuple[int, str]


def keys_of(person: Person, nicknames: Nicknames) -> set[Key]:
    """The blocking keys of one person, each (kind, value)."""
    return {(int(kind), value[:LONGEST]) for kind, value in _keys(person, nicknames) if value}


def _keys(person: Person, nicknames: Nicknames) -> Iterator[Key]:
    yield from _of_addresses(person)
    yield from _of_names(person, nicknames)
    yield from _of_streets(person)


def _of_addresses(person: Person) -> Iterator[Key]:
    if person.mailbox and not mailboxes.is_role(person.mailbox):
        yield Kind.MAILBOX, person.mailbox
        local = _letters(person.local)
        if len(local) >= LEAST_LOCAL:
            yield Kind.LOCAL, local
    if len(person.email) >= LEAST_LETTERS:
        # Letters that changed places are the same letters.
        yield Kind.LETTERS, "".join(sorted(_letters(person.email)))
    digits = _letters(person.phone)
    if len(digits) >= 7:
        yield Kind.PHONE, digits[-PHONE_DIGITS:]


def _of_names(person: Person, nicknames: Nicknames) -> Iterator[Key]:
    words = [word for word in person.words if len(word) > 1]
    if len(words) > 1:
        for name in _full_names(words, nicknames):
            yield Kind.NAME, name
        if len(letters := "".join(sorted("".join(words)))) >= LEAST_LETTERS:
            yield Kind.NAME_LETTERS, letters
    place = _place(person)
    for word in words[:4]:
        heard = sound(word)
        if person.domain or person.company:
            yield Kind.WORD_COMPANY, f"{heard}|{person.domain or person.company}"
        if place:
            yield Kind.WORD_PLACE, f"{heard[:3]}|{place}"
        if person.born:
            yield Kind.WORD_BORN, f"{heard[:3]}|{person.born}"


def _place(person: Person) -> str:
    """The postcode, or else the town; digits that changed places are the same place."""
    return "".join(sorted(person.postcode or person.city.replace(" ", "")))


def _full_names(words: list[str], nicknames: Nicknames) -> Iterator[str]:
    """How the whole name sounds, in alphabetical order, once for each name behind a short form."""
    yield " ".join(sorted(sound(word) for word in words))
    for index, word in enumerate(words[:4]):
        for name in nicknames.names_of(word) - {word}:
            others = (sound(other) for place, other in enumerate(words) if place != index)
            yield " ".join(sorted((sound(name), *others)))


def _of_streets(person: Person) -> Iterator[Key]:
    if not person.street:
        return
    if person.street[0].isdigit() or person.street[-1].isdigit():
        yield Kind.STREET, "".join(sorted(person.street.replace(" ", "")))
    if place := _place(person):
        heard = sound("".join(word for word in person.street.split() if not word.isdigit()))
        yield Kind.PLACE_STREET, f"{heard}|{place}"


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
