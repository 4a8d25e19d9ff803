"""How texts are compared in conditions: case and accents aside, to the letter the same everywhere.

``fold`` knows a fixed table of letters (Latin, Greek, Cyrillic), so that PostgreSQL can do the same
with ``translate``, whatever the collation and the version of its libraries. Letters beyond the table
compare as they are. Plain Python.
"""

from __future__ import annotations

import unicodedata

from leads.normalising import clean_text

#: Code points that the table looks at: Latin with marks, Greek, Cyrillic.
_RANGES = ((0xC0, 0x180), (0x386, 0x3CF), (0x400, 0x460))
#: The one letter that folds into two.
SHARP_S = ("ß", "ss")


def _plain_letter(letter: str) -> str:
    apart = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(char for char in apart if not unicodedata.combining(char))


def _pairs() -> dict[str, str]:
    letters = (chr(code) for start, end in _RANGES for code in range(start, end))
    found = {letter: _plain_letter(letter) for letter in letters}
    return {letter: plain for letter, plain in found.items() if len(plain) == 1 and plain != letter}


PAIRS = _pairs()
FROM, TO = "".join(PAIRS), "".join(PAIRS.values())
_CAPITALS = {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
_TABLE = str.maketrans({**_CAPITALS, **PAIRS, SHARP_S[0]: SHARP_S[1]})


def fold(text: str) -> str:
    """``Köln`` and ``KOLN`` → ``koln``."""
    return text.translate(_TABLE)


def folded_value(text: object) -> str:
    """What somebody typed, cleaned as stored texts are and folded."""
    return fold(clean_text(text))
