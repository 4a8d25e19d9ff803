"""Merge fields: filled in by a scanner of our own, never by a template engine. Plain.

``{{ lead.first_name }}`` stands for a value from the allow-list ``FIELDS``;
``{{ company.name|default:"your company" }}`` has a fallback. Nothing else is understood: any other
braces are an error when the text is saved, and a field without value or fallback is a *hole*,
with which the text cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

#: Every merge field: name → (label, example).
FIELDS: dict[str, tuple[str, str]] = {
    "lead.first_name": ("First name", "Ana"),
    "lead.last_name": ("Last name", "Silva"),
    "lead.full_name": ("Full name", "Ana Silva"),
    "lead.title": ("Job title", "Head of operations"),
    "lead.city": ("City", "Porto"),
    "lead.country": ("Country", "Portugal"),
    "company.name": ("Company", "Norte Logistics"),
    "company.industry": ("Industry", "Logistics"),
    "company.city": ("Company's city", "Porto"),
    "campaign.name": ("Campaign", "Autumn tour"),
    "campaign.offer": ("Offer", "a free audit of one depot"),
    "campaign.message": ("Campaign's message", "Fewer empty kilometres"),
    "persona.name": ("Persona", "Ops Olga"),
    "sender.name": ("Your name", "Kim Berg"),
    "sender.first_name": ("Your first name", "Kim"),
    "sender.title": ("Your job title", "Account executive"),
    "sender.phone": ("Your phone", "+351 220 000 000"),
    "sender.email": ("Your e-mail", "kim@accord.example"),
}

#: At most this many fields in one text: beyond it, somebody is trying something else.
MOST_FIELDS = 200

_TOKEN = re.compile(
    r"\{\{[ \t]*(?P<name>[a-z_]{1,30}\.[a-z_]{1,30})[ \t]*"
    r"(?:\|[ \t]*default:[ \t]*\"(?P<fallback>[^\"{}\n]{0,200})\"[ \t]*)?\}\}"
)
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
#: What stands in braces and is no field: shown as it is, and never sent.
_UNREADABLE = re.compile(r"\{\{[^{}\n]{0,200}\}\}|\{%[^{}\n]{0,200}%\}|\{\{|\}\}|\{%|%\}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the filled text: ``text``, ``filled``, ``fallback`` or ``hole``."""

    state: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text filled in against a real lead, and the names of what is missing."""

    pieces: tuple[Piece, ...]
    holes: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_whole(self) -> bool:
        return not self.holes

    def shortened(self, limit: int) -> Rendered:
        """Its beginning for a list. What was filled in counts, so no field is cut through."""
        kept: list[Piece] = []
        room = limit
        for piece in self.pieces:
            if len(piece.text) > room:
                words = piece.text[:room].rpartition(" ")[0].rstrip()
                kept.append(Piece(piece.state, f"{words}…", piece.name))
                break
            kept.append(piece)
            room -= len(piece.text)
        return Rendered(tuple(kept), self.holes)


def mistakes(text: str) -> list[str]:
    """What is wrong with the merge fields of a text, as sentences; empty when nothing is."""
    found: list[str] = []
    names = [match["name"] for match in _TOKEN.finditer(text)]
    unknown = sorted({name for name in names if name not in FIELDS})
    found.extend(f"There is no merge field “{name}”." for name in unknown)
    if len(names) > MOST_FIELDS:
        found.append(f"There are {len(names)} merge fields; at most {MOST_FIELDS} fit.")
    if _BRACES.search(_TOKEN.sub("", text)):
        found.append("Braces stand only around a merge field, like {{ lead.first_name }}.")
    return found


def fill(text: str, values: Mapping[str, str]) -> Rendered:
    """Fill in the merge fields. Values are put in as they are and never read again for fields."""
    pieces: list[Piece] = []
    holes: list[str] = []
    position = 0
    for match in _TOKEN.finditer(text):
        pieces.extend(_between(text[position : match.start()], holes))
        piece = _fill_one(match["name"], match["fallback"], values)
        if piece.state == "hole":
            holes.append(piece.name)
        pieces.append(piece)
        position = match.end()
    pieces.extend(_between(text[position:], holes))
    return Rendered(tuple(pieces), tuple(dict.fromkeys(holes)))


def _between(text: str, holes: list[str]) -> Iterator[Piece]:
    """What stands between two fields. Braces that are no field are holes as well."""
    position = 0
    for match in _UNREADABLE.finditer(text):
        if match.start() > position:
            yield Piece("text", text[position : match.start()])
        holes.append(match.group())
        yield Piece("hole", match.group(), match.group())
        position = match.end()
    if position < len(text):
        yield Piece("text", text[position:])


def _fill_one(name: str, fallback: str | None, values: Mapping[str, str]) -> Piece:
    value = " ".join(values.get(name, "").split()) if name in FIELDS else ""
    if value:
        return Piece("filled", value, name)
    if fallback:
        return Piece("fallback", fallback, name)
    label = FIELDS[name][0] if name in FIELDS else name
    return Piece("hole", f"[{label} is missing]", name)


def mailto(address: str, subject: str, body: str) -> str:
    """An address that opens the mail client. Everything is escaped, line breaks as RFC 6068 says."""
    lines = body.replace("\r\n", "\n").replace("\n", "\r\n")
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body={quote(lines)}"


EXAMPLE = {name: example for name, (_, example) in FIELDS.items()}
