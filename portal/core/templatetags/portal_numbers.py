"""Tags for numbers, money, moments and days. They are builtins: no ``{% load %}`` is needed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from portal.core import formatting
from portal.core.icons import icon_or_fallback
from portal.core.marks import day_mark, moment_mark
from portal.core.markup import element, joined

register = template.Library()

_NOTHING = element("span", formatting.DASH, class_="none")


@register.simple_tag
def money(amount: object, currency: object = "", *, compact: bool = False) -> str:
    """Without a currency the amount is in the deployment's own."""
    return formatting.money_text(amount, str(currency or settings.CURRENCY), compact=compact)


@register.simple_tag
def number(value: object, places: int | None = None) -> str:
    return formatting.number_text(value, places)


@register.filter
def figure(value: object) -> object:
    """A number in the reader's way of writing it; a text as it is."""
    return formatting.number_text(value) if isinstance(value, int | float | Decimal) else value


@register.filter
def dash(value: object) -> object:
    """What is known, or a dash that says nothing is; on a phone's cards such a row is left out."""
    return _NOTHING if value in (None, "") else value


@register.simple_tag
def percent(share: object, places: int = 1) -> str:
    return formatting.percent_text(share, places)


@register.simple_tag
def duration(length: Any, *, business: bool = False) -> str:
    """``3 h 20 min``; clocks that count in business hours say so."""
    text = formatting.duration_text(length)
    return f"{text} business time" if business and length is not None else text


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """Relative when near, a date when far, the exact moment with its zone on hover."""
    if not moment:
        return _NOTHING
    return moment_mark(moment, timezone.now(), timezone.get_current_timezone())


@register.simple_tag
def day(value: date | datetime | None, *, relative: bool = False) -> SafeString:
    """A date; with ``relative`` the distance in words and the date on hover."""
    if not value:
        return _NOTHING
    day_ = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return day_mark(day_, timezone.localdate(), relative=relative, language=get_language())


@register.simple_tag
def delta(value: object, good: str = "up", unit: str = "%") -> SafeString | str:
    """A change against before: arrow, number, and whether that is good, as colour and as a word."""
    change = formatting.decimal_of(value)
    if change is None:
        return formatting.DASH
    way = "up" if change > 0 else "down" if change < 0 else "same"
    mark = {"up": "arrow-up", "down": "arrow-down", "same": "minus"}[way]
    feeling = "" if way == "same" else "good" if way == good else "bad"
    spoken = {"up": "up by", "down": "down by", "same": "unchanged"}[way]
    text = formatting.number_text(abs(change), None)
    parts = [icon_or_fallback(mark, 14, spoken), f"{text}\u202f{unit}" if unit else text]
    return element("span", joined(parts), class_=f"delta {feeling}".strip())
