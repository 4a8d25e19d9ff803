"""What kind of values a column holds, told from the values. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PATTERNS = {
    "email": re.compile(r"(?:[^<>]*<)?[^\s@<>,;]+@[^\s@<>,;]+\.[A-Za-z]{2,}>?"),
    "url": re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    "phone": re.compile(
        r"(?=(?:\D*\d){7,15}\D*$)(?:\+|00|\()?[\d][\d\s().\-/]*(?:\s?(?:x|ext\.?)\s?\d+)?"
    ),
    "number": re.compile(r"[-+]?(?:\d{1,3}(?:[.,' ]\d{3})+|\d{1,15})(?:[.,]\d+)?"),
    "yes_no": re.compile(r"yes|no|true|false|y|n|ja|nein|oui|non|0|1", re.IGNORECASE),
    "uuid": re.compile(
        r"\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?|[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?",
        re.IGNORECASE,
    ),
}
#: Words that people and programs write for "nothing". Proposed where they stand, never assumed.
NOTHINGS = frozenset({
    "select", "please select", "--select--", "choose", "please choose", "-none-", "--none--", "n/a", "na", "#n/a", "n.a.", "n.a",
    "-", "--", "---", "–", "—", "null", "(null)", "<null>", "none", "nil", "nan", "(blank)", "(empty)", "blank", "empty",
    "not provided", "not available", "not specified", "not set", "not given", "undefined", "?", "??", "#ref!", "#value!",
    "no value", "(not set)", "k.a.", "keine angabe", "tbd",
})  # fmt: skip
ENOUGH = 0.95


def looks(values: Iterable[str]) -> frozenset[str]:
    """The kinds that nearly all values have, placeholders left aside."""
    texts = [text for text in values if text.casefold() not in NOTHINGS]
    if not texts:
        return frozenset()
    found = {
        kind for kind, pattern in PATTERNS.items()
        if sum(1 for text in texts if pattern.fullmatch(text)) >= ENOUGH * len(texts)
    }  # fmt: skip
    return frozenset(found | {"money"} if "number" in found or is_money(texts) else found)


def placeholders(values: Sequence[tuple[str, int]]) -> list[str]:
    """Words for "nothing" among the values, in their own spelling."""
    codes = sum(1 for text, _ in values if re.fullmatch(r"[A-Z]{2}", text))
    found = [text for text, _ in values if text.casefold() in NOTHINGS]
    if codes * 2 > len(values) and len(values) > 2:  # two-letter codes: NA is Namibia there
        found = [text for text in found if text != "NA"]
    return found


#: A sign or code of a currency before or behind a number.
_CURRENCY = re.compile(r"^(?:[$€£¥₹]|[A-Z]{3}(?= |[\d-]))\s*|\s*(?:[$€£¥₹]|(?<=[\d ])[A-Z]{3})$")
_COMMA = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+),(?:\d{1,2}|\d{4,})|[-+]?0,\d+")
_POINT = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)\.(?:\d{1,2}|\d{4,})|[-+]?0\.\d+")
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+")


def without_currency(text: str) -> str:
    """``$1,234.50``, ``1.234,50 €`` and ``USD 99`` → the number in them."""
    return _CURRENCY.sub("", text).strip()


_TOLD_BY = 20


def is_money(values: Sequence[str]) -> bool:
    """Nearly all are numbers, some with a currency. The first few tell whether it is worth a look."""
    return bool(values) and _are_amounts(values[:_TOLD_BY]) and _are_amounts(values)


def _are_amounts(values: Sequence[str]) -> bool:
    fitting = sum(1 for text in values if PATTERNS["number"].fullmatch(without_currency(text)))
    return fitting >= ENOUGH * len(values)


def has_leading_zeros(values: Iterable[str]) -> bool:
    """``0870`` is a text of digits: a postcode, an article, an account. As a number it would lose its zero."""
    return any(
        text.startswith("0") and len(text) > 1 and text.isascii() and text.isdigit()
        for text in values
    )


@dataclass(frozen=True)
class Decimals:
    """What parts the decimals of a column. ``is_comma``: ``1,5`` or ``1.234,50`` stands somewhere, and
    nothing like ``1.5``. ``is_grouped``: all that stands with a point is like ``1.234``, which may be either.
    """

    is_comma: bool = False
    is_grouped: bool = False


def decimals(values: Iterable[str]) -> Decimals:
    commas = points = grouped = 0
    for raw in values:
        text = without_currency(raw) if raw[-1:] > "9" or raw[:1] > "9" or "$" in raw else raw
        commas += bool(_COMMA.fullmatch(text))
        is_grouped = bool(_GROUPED.fullmatch(text))
        grouped += is_grouped
        points += "." in text and not is_grouped and bool(_POINT.fullmatch(text))
    return Decimals(bool(commas) and not points, bool(grouped) and not points)
