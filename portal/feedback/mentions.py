"""Who is meant by ``@Ada Lovelace`` or ``@ada.lovelace`` in a text. Plain: no Django, no database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

#: Most mentions looked at in one post; the rest stays plain text.
MAX_MENTIONS = 20
#: How far behind the @ a name may reach.
REACH = 80

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_AT = re.compile(r"(?<![\w.@/+-])@(?=\w)")
_WORD = re.compile(r"[\w.+'’-]+")


class Person(Protocol):
    """What is known of a candidate."""

    pk: int
    name: str
    email: str


P = TypeVar("P", bound=Person)


def _tails(text: str) -> list[str]:
    """What stands behind each @ that begins a word, outside code."""
    plain = _CODE.sub(" ", text)
    return [plain[at.end() : at.end() + REACH].casefold() for at in _AT.finditer(plain)][
        :MAX_MENTIONS
    ]


def first_words(text: str) -> set[str]:
    """The first word behind each @: enough to look candidates up."""
    words = (_WORD.match(tail) for tail in _tails(text))
    return {word.group().rstrip(".'’-+") for word in words if word} - {""}


def _handles(person: Person) -> Iterable[str]:
    yield person.name.casefold()
    yield person.email.partition("@")[0].casefold()


def _starts_with(tail: str, handle: str) -> bool:
    rest = tail[len(handle) : len(handle) + 1]
    return bool(handle) and tail.startswith(handle) and not (rest.isalnum() or rest == "_")


def mentioned(text: str, people: Sequence[P]) -> list[P]:
    """Those of ``people`` whom the text names: by full name, by the part of the e-mail before the
    @, or by a first name that only one of them has. The longest name wins."""
    found: dict[int, P] = {}
    for tail in _tails(text):
        for person in _meant(tail, people):
            found[person.pk] = person
    return list(found.values())


def _meant(tail: str, people: Sequence[P]) -> list[P]:
    lengths = {
        person.pk: max((len(h) for h in _handles(person) if _starts_with(tail, h)), default=0)
        for person in people
    }
    longest = max(lengths.values(), default=0)
    if longest:
        return [person for person in people if lengths[person.pk] == longest]
    return _only_one(
        people, lambda person: _starts_with(tail, person.name.casefold().partition(" ")[0])
    )


def _only_one(people: Sequence[P], is_meant: Callable[[P], bool]) -> list[P]:
    hits = [person for person in people if is_meant(person)]
    return hits if len(hits) == 1 else []
