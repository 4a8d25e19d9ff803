"""The buying centre as a picture: cards in rows, lines between them, drawn on the server.

No script, no inline style. Colour stands beside a word and a shape, lines differ by their dashes, so
it reads in grey. The same is told as a table beside it, which is also where the links are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from leads.companies.layout import (
    CARD_HEIGHT,
    CARD_WIDTH,
    WIDTH,
    Layout,
    Place,
    arranged,
)
from portal.core.charts.drawing import clip, text_at
from portal.core.markup import element, joined

NAME_LETTERS, ROLE_LETTERS = 19, 23
LEGEND = 26
LINE_NAMES = {
    "reports_to": "Reports to",
    "influences": "Influences",
    "close_to": "Is close to",
    "conflicts": "In conflict",
}
#: Where lines of each kind leave a card, so that several between the same two stay apart.
SHIFT = {"reports_to": 0, "influences": 14, "close_to": -14, "conflicts": 28}
KIND_OF_STANCE = {
    "champion": "good",
    "supporter": "good",
    "neutral": "neutral",
    "sceptic": "warn",
    "blocker": "bad",
    "unknown": "neutral",
}
#: The shape in front of the word, around (0, 0), 10 wide.
SHAPES = {
    "champion": "M-5 4L0 -5L5 4Z",
    "supporter": "M-5 4L0 -5L5 4ZM-2.6 2.6L2.6 2.6L0 -2.2Z",
    "neutral": "M-5 -2H5V2H-5Z",
    "sceptic": "M-5 -4L0 5L5 -4Z",
    "blocker": "M-5 -5H5V5H-5Z",
    "unknown": "M-5 0L0 -5L5 0L0 5ZM-2.5 0L0 2.5L2.5 0L0 -2.5Z",
}


@dataclass(frozen=True)
class Card:
    """One person as the picture shows them."""

    key: int
    name: str
    roles: Sequence[str]
    role_labels: Sequence[str]
    stance: str
    stance_label: str
    influence: str
    is_silent: bool = False


@dataclass(frozen=True)
class Line:
    source: int
    target: int
    kind: str


@dataclass(frozen=True)
class Picture:
    svg: SafeString
    left_out: int


def draw(title: str, cards: Sequence[Card], lines: Sequence[Line], *, name: str) -> Picture:
    """``name`` makes the ids of this picture unique on its page."""
    places = [Place(card.key, frozenset(card.roles), card.influence) for card in cards]
    layout = arranged(places)
    shown = [card for card in cards if card.key in layout.spots]
    drawn = [line for line in lines if line.source in layout.spots and line.target in layout.spots]
    kinds = [kind for kind in LINE_NAMES if any(line.kind == kind for line in drawn)]
    parts = [
        element("title", title, id=f"{name}-t"),
        element("desc", _spoken(shown, drawn), id=f"{name}-d"),
        *[text_at(0, y, head, "head", "start") for head, y in layout.heads],
        *[_line(line, layout) for line in drawn],
        *[_card(card, layout.spots[card.key]) for card in shown],
        *_legend(kinds, layout.height),
    ]
    height = layout.height + (LEGEND if kinds else 0)
    svg = element(
        "svg",
        joined(parts),
        class_="people-map",
        viewBox=f"0 0 {WIDTH} {round(height)}",
        role="img",
        aria_labelledby=f"{name}-t",
        aria_describedby=f"{name}-d",
    )
    return Picture(svg, layout.left_out)


def _spoken(cards: Sequence[Card], lines: Sequence[Line]) -> str:
    names = {card.key: card.name for card in cards}
    people = [
        f"{card.name}: {', '.join(card.role_labels) or 'part not known'}; {card.stance_label.lower()}."
        for card in cards
    ]
    ties = [
        f"{names[line.source]} {LINE_NAMES[line.kind].lower()} {names[line.target]}."
        for line in lines
    ]
    return " ".join([*people, *ties])


# --- cards ------------------------------------------------------------------------------------
def _card(card: Card, spot: tuple[float, float]) -> SafeString:
    x, y = spot
    kind = KIND_OF_STANCE[card.stance]
    box = {"x": x, "y": y, "width": CARD_WIDTH, "height": CARD_HEIGHT, "rx": 8}
    roles = ", ".join(card.role_labels) or "Part not known"
    inner = [
        element("rect", **box, class_="box silent" if card.is_silent else "box"),
        element("rect", x=x, y=y + 8, width=4, height=CARD_HEIGHT - 16, class_=f"k-{kind}"),
        text_at(x + 14, y + 20, clip(card.name, NAME_LETTERS), "name", "start"),
        text_at(x + 14, y + 38, clip(roles, ROLE_LETTERS), "", "start"),
        element(
            "path",
            d=SHAPES[card.stance],
            transform=f"translate({x + 19} {y + 52})",
            fill_rule="evenodd",
            class_=f"k-{kind}",
        ),
        text_at(x + 30, y + 56, card.stance_label, f"t-{kind}", "start"),
    ]
    return element("g", joined(inner))


# --- lines ------------------------------------------------------------------------------------
def _line(line: Line, layout: Layout) -> SafeString:
    start, end = layout.spots[line.source], layout.spots[line.target]
    x1 = start[0] + CARD_WIDTH / 2 + SHIFT[line.kind]
    x2 = end[0] + CARD_WIDTH / 2 + SHIFT[line.kind]
    y1, y2, bend = _ends(start[1], end[1])
    path = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend[0]:.1f} {x2:.1f} {y2 + bend[1]:.1f} {x2:.1f} {y2:.1f}"
    parts = [element("path", d=path, class_=f"tie {line.kind}")]
    if line.kind in {"reports_to", "influences"}:
        down = 1 if bend[1] < 0 else -1
        head = (
            f"M{x2 - 4:.1f} {y2 - 8 * down:.1f}L{x2:.1f} {y2:.1f}L{x2 + 4:.1f} {y2 - 8 * down:.1f}Z"
        )
        parts.append(element("path", d=head, class_="tip"))
    if line.kind == "conflicts":
        x = (x1 + x2) / 2
        y = (y1 + 3 * (y1 + bend[0]) + 3 * (y2 + bend[1]) + y2) / 8
        cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
        parts.append(element("path", d=cross, class_="cross"))
    return element("g", joined(parts))


def _ends(top1: float, top2: float) -> tuple[float, float, tuple[float, float]]:
    """Where a line leaves and arrives, and how it bends: side by side it swings below both."""
    if top1 == top2:
        return top1 + CARD_HEIGHT, top2 + CARD_HEIGHT, (26, 26)
    if top1 > top2:
        return top1, top2 + CARD_HEIGHT, (-30, 30)
    return top1 + CARD_HEIGHT, top2, (30, -30)


def _legend(kinds: Sequence[str], top: float) -> list[SafeString]:
    y, parts = top + LEGEND - 10, []
    for number, kind in enumerate(kinds):
        x = 6 + number * 140
        parts.append(element("path", d=f"M{x} {y - 4}h30", class_=f"tie {kind}"))
        if kind == "conflicts":
            parts.append(element("path", d=f"M{x + 10} {y - 9}l10 10m0 -10l-10 10", class_="cross"))
        parts.append(text_at(x + 38, y, LINE_NAMES[kind], "", "start"))
    return parts
