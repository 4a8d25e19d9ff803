"""What of a person is kept beside the blocking keys: enough to tell most pairs apart without reading
either lead. Plain.

An outline is a row of numbers of fixed width, then the facts as text, the e-mail address first. A number is
a code that is equal wherever the fact is, and 0 where nothing is known. Of names, companies and towns the
row also says which letters and how many they have.
"""

from __future__ import annotations

import struct
from dataclasses import fields
from zlib import crc32

from leads.merging.features import Person, sound

#: Facts kept as codes; ``at`` and ``local`` are the two sides of the e-mail address.
CODES = (
    "first", "last", "name", "mailbox", "local", "at", "phone", "company", "domain", "title", "street", "line",
    "postcode", "city", "region", "country", "born", "external_id", "first_sound", "last_sound",
)  # fmt: skip
#: Facts whose letters are kept.
LETTERED = ("first", "last", "company", "city")
#: Names made of several words, each word one of 64 bits.
WORDED = ("first", "last")
FORM = struct.Struct(f"<{len(CODES)}I{len(LETTERED)}Q{len(LETTERED)}B{len(WORDED)}QB")
#: The same number as far as it is written with and without its country: the shortest that is compared so.
PHONE_DIGITS = 7
LETTERS, WORDS, MOST = 32, 64, 255
_BETWEEN = "\x1f"
_TEXTS = ("email", *(f.name for f in fields(Person) if f.name not in ("pk", "email", "words")))


def outline_of(person: Person) -> bytes:
    local, _, at = person.email.partition("@")
    known = {
        "name": " ".join(person.words),
        "local": local,
        "at": at,
        "phone": person.phone.lstrip("+0")[-PHONE_DIGITS:],
        "first_sound": sound(person.first),
        "last_sound": sound(person.last),
    }
    facts = (known[name] if name in known else getattr(person, name) for name in CODES)
    lettered = [getattr(person, name) for name in LETTERED]
    texts = [getattr(person, name) for name in _TEXTS] + [known["name"]]
    row = FORM.pack(
        *(code(fact) for fact in facts),
        *(_letters(fact) for fact in lettered),
        *(min(len(fact), MOST) for fact in lettered),
        *(_words(getattr(person, name)) for name in WORDED),
        min(len(person.words), MOST),
    )
    return row + _BETWEEN.join(text.replace(_BETWEEN, "") for text in texts).encode(
        "utf-8", "replace"
    )


def text_of(outline: bytes) -> str:
    return outline[FORM.size :].decode()


def email_in(text: str) -> str:
    return text.partition(_BETWEEN)[0]


def person_in(pk: int, text: str) -> Person:
    """The person that an outline was made of."""
    *texts, name = text.split(_BETWEEN)
    return Person(pk=pk, words=tuple(name.split()), **dict(zip(_TEXTS, texts, strict=True)))


def code(fact: str) -> int:
    return (crc32(fact.encode("utf-8", "replace")) or 1) if fact else 0


def word_bit(word: str) -> int:
    return int(1 << code(word) % WORDS)


def _letters(text: str) -> int:
    """A bit for a letter that is there, and another for one that is there again."""
    found = 0
    for letter in text:
        bit = 1 << ord(letter) % LETTERS
        found |= bit << LETTERS if found & bit else bit
    return found


def _words(text: str) -> int:
    found = 0
    for word in text.split():
        found |= word_bit(word)
    return found
