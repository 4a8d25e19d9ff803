"""Which moments can be meant. Plain Python.

A date far outside people's lives is a slip of the fingers, and databases hold no zone that lies 16 hours
or more from UTC; both are refused where they come in, on pages, in files and in the API alike.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 1900, 2200
WIDEST = timedelta(hours=16)


def is_possible(value: date | datetime) -> bool:
    """Whether a day or a moment lies within 1900 to 2200, in a zone that there can be."""
    offset = value.utcoffset() if isinstance(value, datetime) else None
    return FIRST_YEAR <= value.year <= LAST_YEAR and (offset is None or abs(offset) < WIDEST)
