"""What search compares: words without case, accents and marks. Plain."""

from __future__ import annotations

import re
import unicodedata

_BREAK = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """ "¿Cuánto costó?" → "cuanto costo"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return _BREAK.sub(" ", letters).strip()


def title_key(title: str) -> str:
    """The name as it is searched: each word, then the first letters of all, each behind a space.

    "Overtime check: first mail" → " overtime check first mail ocfm".
    """
    words = fold(title).split()
    initials = "".join(word[0] for word in words)
    return f" {' '.join([*words, initials])}" if words else ""
