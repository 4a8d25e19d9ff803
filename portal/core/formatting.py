"""Numbers, money, times and durations as people read them. Plain functions; None is a dash."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language, get_language_info, gettext, ngettext

DASH = "—"
NARROW = "\u202f"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "CHF": "CHF ", "BRL": "R$"}
MINUTE, HOUR, DAY = 60, 3600, 86400
#: Up to here a moment is told relative to now, beyond by its date.
NEAR = timedelta(days=7)

Number = int | float | Decimal


def decimal_of(value: object) -> Decimal | None:
    """The value as a finite decimal, or None when it is not one."""
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def number_text(value: object, places: int | None = None) -> str:
    """``1204`` → ``1,204``. Without ``places``: as many decimals as the value has, at most two."""
    number = decimal_of(value)
    if number is None:
        return DASH
    if places is None:
        rounded = number.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
        places = max(0, -int(rounded.normalize().as_tuple().exponent))
    # Django's number_format cuts digits off; people expect them rounded.
    number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return number_format(number, decimal_pos=places, use_l10n=True, force_grouping=True)


def percent_text(share: object, places: int = 1) -> str:
    """A share between 0 and 1 as percent: ``0.234`` → ``23.4 %``."""
    number = decimal_of(share)
    if number is None:
        return DASH
    text = number_text((number * 100).quantize(Decimal(1).scaleb(-places)))
    return f"{text}{NARROW}%"


def money_text(amount: object, currency: str = "", *, compact: bool = False) -> str:
    """``€12,400``; cents only where there are any; compact: ``€12.4k``."""
    number = decimal_of(amount)
    return DASH if number is None else _money(number, currency, compact, get_language())


@lru_cache(maxsize=4096)
def _money(number: Decimal, currency: str, compact: bool, language: str | None) -> str:
    """``language`` is the one in force; it tells the kept texts apart."""
    symbol = SYMBOLS.get(currency, f"{currency} " if currency else "")
    sign = "−" if number < 0 else ""
    number = abs(number)
    if compact and number >= 1000:
        power, letter = next((p, s) for p, s in ((9, "bn"), (6, "m"), (3, "k")) if number >= 10**p)
        return f"{sign}{symbol}{number_text(number.scaleb(-power), None if number < 10 ** (power + 2) else 0)}{letter}"
    places = 0 if number == number.to_integral_value() else 2
    return f"{sign}{symbol}{number_text(number, places)}"


def _span(seconds: int) -> str:
    """The two largest units of a length of time: ``3 h 20 min``."""
    if seconds < MINUTE:
        return gettext("under a minute")
    units = ((DAY, gettext("d")), (HOUR, gettext("h")), (MINUTE, gettext("min")))
    parts: list[str] = []
    for size, name in units:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append(f"{count}\u00a0{name}" if count else "")
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if part)


def duration_text(length: timedelta | Number | None) -> str:
    """A length of time, given as timedelta or seconds; negative lengths lose their sign."""
    if length is None:
        return DASH
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    return _span(abs(int(seconds)))


def _rough(seconds: int) -> tuple[int, int]:
    """One unit is enough near now: how many, and of how many seconds each."""
    size = next(size for size in (DAY, HOUR, MINUTE) if seconds >= size)
    return seconds // size, size


@lru_cache(maxsize=1024)
def _near(count: int, size: int, is_ahead: bool, language: str | None) -> str:
    """``3 h ago``, ``in 2 days``. ``language`` is the one in force; it tells the kept texts apart."""
    words = {
        MINUTE: gettext("%(n)d min"),
        HOUR: gettext("%(n)d h"),
        DAY: ngettext("%(n)d day", "%(n)d days", count),
    }
    pattern = gettext("in %(span)s") if is_ahead else gettext("%(span)s ago")
    return pattern % {"span": words[size] % {"n": count}}


def when_text(moment: datetime, now: datetime) -> str:
    """``5 min ago``, ``in 2 days``; farther away than a week the date. Both moments are in the reader's zone."""
    gap = moment - now
    seconds = int(abs(gap.total_seconds()))
    if abs(gap) > NEAR:
        return day_text(moment.date(), now.date())
    if seconds < MINUTE:
        return gettext("just now")
    return _near(*_rough(seconds), gap > timedelta(0), get_language())


def exact_text(local: datetime) -> str:
    """The whole moment with its zone, in which it is given: ``Thu 12 Mar 2026, 14:05 CET``."""
    return local.strftime(f"%a {local.day} %b %Y, %H:%M %Z")


def day_text(day: date, today: date) -> str:
    """``12 Mar``; with the year where it is not this one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {day:%b}{year}"


def day_distance(day: date, today: date) -> str:
    """``today``, ``tomorrow``, ``in 3 days``, ``12 days ago``."""
    days = (day - today).days
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    if days in near:
        return near[days]
    pattern = gettext("in %(n)d days") if days > 0 else gettext("%(n)d days ago")
    return pattern % {"n": abs(days)}


def language_text(tag: str) -> str:
    """``es`` → ``Spanish``; a tag that nobody knows stays as it was written."""
    if not tag:
        return ""
    try:
        return str(get_language_info(tag.lower().replace("_", "-"))["name_translated"])
    except KeyError:
        return tag


def initials(name: str) -> str:
    """First letters of the first and the last word."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
