"""Finding the likely pairs among people at hand: blocking, then likeness. Plain; what the scan does in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from leads.merging.blocking import Key, keys_of
from leads.merging.features import Person
from leads.merging.likeness import Likeness, likeness
from leads.merging.nicknames import Nicknames

#: A value that more people share says nothing about any two of them.
COMMON = 50
Pair = tuple[int, int]


def blocked(people: Iterable[Person], nicknames: Nicknames, most: int = COMMON) -> set[Pair]:
    """The pairs that share a blocking key which is not too common."""
    blocks: dict[Key, list[int]] = defaultdict(list)
    for person in people:
        for key in keys_of(person, nicknames):
            blocks[key].append(person.pk)
    return {
        (min(pair), max(pair))
        for members in blocks.values()
        if 1 < len(members) <= most
        for pair in combinations(members, 2)
    }


def found(people: Sequence[Person], nicknames: Nicknames) -> tuple[dict[Pair, Likeness], int]:
    """Every compared pair with its likeness, and how many were compared."""
    by_pk = {person.pk: person for person in people}
    pairs = blocked(people, nicknames)
    return {pair: likeness(by_pk[pair[0]], by_pk[pair[1]], nicknames) for pair in pairs}, len(pairs)
