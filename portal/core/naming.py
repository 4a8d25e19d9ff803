"""How names that people write in several ways are compared. Plain Python."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN_WORDS = re.compile(r"[\s_\-–—]+")


def name_key(text: object, *, longest: int = 200) -> str:
    """The form in which names are compared: no case, accents, spaces, hyphens or underscores.

    ``GTXPro``, ``GTX Pro`` and ``gtx-pro`` are one name; ``C`` and ``C++`` are two.
    """
    plain = unicodedata.normalize("NFKD", str(text or "")).casefold()
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return _BETWEEN_WORDS.sub("", letters)[:longest]
