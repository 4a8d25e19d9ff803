"""Finding out how dates are written, from the texts of a column. Plain Python.

A day that could also be a month is never guessed: both readings come back, and a person chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s?(?:Z|UTC|[+-]\d\d:?\d\d)?)?"
)
_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%Y-%m-%d",
    "%d %b %Y", "%d %b, %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%b %d, %Y", "%b %d %Y", "%d %b %y",
    "%d %B %Y", "%d %B, %Y", "%d. %B %Y", "%B %d, %Y", "%a, %d %b %Y", "%A, %d %B %Y", "%Y%m%d",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", ", %H:%M", ", %H:%M:%S",
    ", %I:%M %p", " %H:%M:%S.%f", " %H:%M:%S %z", " %I:%M%p",
)  # fmt: skip
#: Names for what strptime has no letters for.
ISO, UNIX, UNIX_MS = "iso", "unix", "unix_ms"
_SAMPLES = 400


@dataclass(frozen=True)
class DateFormats:
    """The formats that fit every sample. More than one only where day and month can be swapped."""

    formats: tuple[str, ...]

    @property
    def is_ambiguous(self) -> bool:
        return len(self.formats) > 1


def is_iso(text: str) -> bool:
    return _ISO.fullmatch(text) is not None


def date_formats(texts: Iterable[str], *, numbers: bool = False) -> DateFormats:
    """How the dates among ``texts`` are written; no formats when they are not all dates.

    ``numbers`` also tries seconds and milliseconds since 1970, which only make sense in a column
    that says it holds a date.
    """
    samples = [text for text in dict.fromkeys(" ".join(text.split()) for text in texts) if text]
    if not samples:
        return DateFormats(())
    if all(is_iso(text) for text in samples):
        return DateFormats((ISO,))
    if numbers and (unix := _unix(samples)):
        return DateFormats((unix,))
    # A few first, to drop most candidates; the survivors must read them all.
    fitting = _survivors(_candidates(samples[0]), samples[:20])
    fitting = _survivors(fitting, samples[:_SAMPLES])
    return DateFormats(
        tuple(_survivors(fitting, _telling(samples)) if len(fitting) > 1 else fitting)
    )


#: Of so many values a column may hold a few that are no dates.
_MOSTLY = 0.95
_ENOUGH = 20
_TOLD_BY = 100


def _is_dated(text: str) -> bool:
    return is_iso(text) or bool(text[-1:].isalnum() and _candidates(text))


def mostly_dates(texts: Iterable[str]) -> DateFormats:
    """The formats of a column in which a few values are no dates at all."""
    samples = [" ".join(text.split()) for text in texts]
    # Looking at every text of a long column takes as long as reading it; the first ones tell.
    if 2 * sum(map(_is_dated, samples[:_TOLD_BY])) < len(samples[:_TOLD_BY]):
        return DateFormats(())
    dated = [text for text in samples if _is_dated(text)]
    if len(samples) < _ENOUGH or len(dated) < _MOSTLY * len(samples):
        return DateFormats(())
    return date_formats(dated)


#: strptime compiles each format anew, so most of them are ruled out by their shape first.
_SHAPES = {
    "%d": r"\d{1,2}", "%m": r"\d{1,2}", "%Y": r"\d{4}", "%y": r"\d{2}", "%b": r"[^\W\d]{3}", "%B": r"[^\W\d]{3,9}",
    "%a": r"[^\W\d]{3}", "%A": r"[^\W\d]{6,9}", "%H": r"\d{1,2}", "%I": r"\d{1,2}", "%M": r"\d{1,2}", "%S": r"\d{1,2}",
    "%p": r"[AaPp]\.?[Mm]\.?", "%f": r"\d{1,6}", "%z": r"(?:[+-]\d\d:?\d\d|Z)",
}  # fmt: skip


def _shape(known: str) -> re.Pattern[str]:
    pieces = re.split(r"(%.)", known)
    return re.compile("".join(_SHAPES.get(piece) or re.escape(piece) for piece in pieces))


_DAY_SHAPES = [(day, _shape(day)) for day in _DAYS]
_TIME_SHAPES = [(time, _shape(time)) for time in _TIMES]


def _candidates(text: str) -> list[str]:
    found = []
    for day, shape in _DAY_SHAPES:
        if match := shape.match(text):
            rest = text[match.end() :]
            found += [day + time for time, shape in _TIME_SHAPES if shape.fullmatch(rest)]
    return found


def _survivors(formats: Iterable[str], samples: list[str]) -> list[str]:
    return [known for known in formats if all(_reads(text, known) for text in samples)]


def _telling(samples: list[str]) -> list[str]:
    """Samples beyond the first ones that hold a number above 12 up front: they may settle it."""
    return [
        text
        for text in samples[_SAMPLES:]
        if re.match(r"(?:1[3-9]|[23]\d)\D|\d+\D(?:1[3-9]|[23]\d)\D", text)
    ]


def _reads(text: str, known: str) -> bool:
    try:
        year = datetime.strptime(text, known).year  # noqa: DTZ007 - only whether it fits
    except ValueError:
        return False
    return 1900 <= year <= 2200


def _unix(samples: list[str]) -> str:
    if all(re.fullmatch(r"\d{10}", text) for text in samples):
        return UNIX
    if all(re.fullmatch(r"\d{13}", text) for text in samples):
        return UNIX_MS
    return ""


def read_unix(text: str, known: str) -> datetime:
    """Raises ``ValueError`` when it is no such number."""
    seconds = float(text) / (1000 if known == UNIX_MS else 1)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("This date is out of range.") from error


def example(known: str) -> str:
    """The last day of March in this format, to choose by."""
    if known in {"", ISO}:
        return "2026-03-31"
    if known in {UNIX, UNIX_MS}:
        return "seconds since 1970" if known == UNIX else "milliseconds since 1970"
    return datetime(2026, 3, 31, 14, 5, tzinfo=UTC).strftime(known)


def reading_of(text: str, known: str) -> str:
    """The day that ``01/02/2026`` means in a format: ``1 February 2026``; empty when it is none."""
    try:
        moment = datetime.strptime(" ".join(text.split()), known)  # noqa: DTZ007 - only the day
    except ValueError:
        return ""
    return f"{moment.day} {moment:%B %Y}"


def explain(known: str) -> str:
    """``31/03/2026 (day first)``."""
    order = ""
    if re.match(r"%d\W%m", known):
        order = " (day first)"
    elif re.match(r"%m\W%d", known):
        order = " (month first)"
    return f"{example(known)}{order}"
