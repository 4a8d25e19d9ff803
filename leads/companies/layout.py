"""Where each person of a buying centre stands in the picture. Plain Python.

Rows from the top: who decides and pays, who steers, who starts and uses, whose part is not known.
A person with several parts stands in the highest row. Within a row, most influence comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

CARD_WIDTH, CARD_HEIGHT = 170, 66
GAP_X, GAP_Y = 22, 40
MARGIN, HEAD = 6, 26
COLUMNS = 3
WIDTH = 2 * MARGIN + COLUMNS * CARD_WIDTH + (COLUMNS - 1) * GAP_X
#: More people than this make no picture; the table tells of the others.
MOST = 25

ROWS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Decide and pay", frozenset({"decider", "buyer"})),
    ("Steer", frozenset({"champion", "influencer", "gatekeeper"})),
    ("Start and use", frozenset({"initiator", "user"})),
    ("Part not known", frozenset()),
)
INFLUENCE = {"high": 0, "medium": 1, "low": 2, "unknown": 3}


@dataclass(frozen=True)
class Place:
    """Who is to be placed."""

    key: int
    roles: frozenset[str]
    influence: str = "unknown"


@dataclass
class Layout:
    """``spots``: the upper left corner of each card. ``heads``: what each row is called, and where."""

    height: float = 0
    heads: list[tuple[str, float]] = field(default_factory=list)
    spots: dict[int, tuple[float, float]] = field(default_factory=dict)
    left_out: int = 0


def row_of(roles: Iterable[str]) -> int:
    """The highest row that one of the parts belongs to."""
    played = set(roles)
    fitting = (number for number, (_, parts) in enumerate(ROWS) if parts & played)
    return next(fitting, len(ROWS) - 1)


def arranged(people: Sequence[Place]) -> Layout:
    """A spot for each of the first ``MOST`` people; no two cards touch."""
    order = sorted(people, key=lambda p: (row_of(p.roles), INFLUENCE.get(p.influence, 3), p.key))
    layout = Layout(height=MARGIN, left_out=max(0, len(order) - MOST))
    for number, (name, _) in enumerate(ROWS):
        row = [person for person in order[:MOST] if row_of(person.roles) == number]
        if row:
            _lay_row(layout, name, row)
    layout.height += MARGIN
    return layout


def _lay_row(layout: Layout, name: str, row: Sequence[Place]) -> None:
    """One row with its name, in as many lines as it needs, each in the middle."""
    if layout.spots:
        layout.height += GAP_Y
    layout.heads.append((name, layout.height + 14))
    layout.height += HEAD
    lines = [row[start : start + COLUMNS] for start in range(0, len(row), COLUMNS)]
    for number, line in enumerate(lines):
        layout.height += GAP_Y if number else 0
        used = len(line) * CARD_WIDTH + (len(line) - 1) * GAP_X
        left = (WIDTH - used) / 2
        for column, person in enumerate(line):
            layout.spots[person.key] = (left + column * (CARD_WIDTH + GAP_X), layout.height)
        layout.height += CARD_HEIGHT
