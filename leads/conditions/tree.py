"""What a condition is made of, once it has been read. Plain Python.

A condition is true, false or unknown of a lead [R57]. It is unknown where it asks for a value that
the lead does not have; "not" of unknown is unknown. Only what is true is found, so a lead without a
country is found neither by "country is Germany" nor by its opposite, but by "country is blank".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

#: The deepest nesting, and the most single conditions, that one condition may have.
DEEPEST = 5
MOST = 50
#: The longest text that a condition may name, and the longest list of values.
LONGEST = 300
MOST_VALUES = 100


class Wrong(ValueError):
    """A condition cannot be read: ``place`` says where, the text what to do."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__(f"{place}: {text}" if place else text)
        self.place, self.text = place, text


@dataclass(frozen=True)
class Leaf:
    """One field compared. ``values`` are in the field's own type; a list means any of them."""

    field: str
    op: str
    values: tuple[str | float | bool | date, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Did:
    """What somebody did, or did not, told by touchpoints. Those that are left out never count.

    ``kinds`` empty means anything. ``times`` is how often at least; ``days`` looks back from now,
    ``since`` and ``until`` are days, both included.
    """

    kinds: tuple[str, ...] = ()
    title: str = ""
    url: str = ""
    campaign: str = ""
    times: int = 1
    days: int | None = None
    since: date | None = None
    until: date | None = None
    is_negated: bool = False
    place: str = ""


@dataclass(frozen=True)
class Group:
    """All of the parts, or any of them."""

    how: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    part: Node


Node = Leaf | Did | Group | Not


def leaves(node: Node) -> Iterator[Leaf | Did]:
    """Every single condition, from left to right."""
    if isinstance(node, Group):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Not):
        yield from leaves(node.part)
    else:
        yield node


def fields_of(node: Node) -> set[str]:
    """The names of the fields that a condition compares."""
    return {leaf.field for leaf in leaves(node) if isinstance(leaf, Leaf)}


def looks_at_touchpoints(node: Node) -> bool:
    return any(isinstance(leaf, Did) for leaf in leaves(node))
