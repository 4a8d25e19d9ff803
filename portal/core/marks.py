"""People and moments as lists and records show them: many times over on one page."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe

from portal.core.formatting import day_distance, day_text, exact_text, initials, when_text
from portal.core.markup import element, joined

NOBODY = element("span", "Nobody yet", class_="nobody")


@lru_cache(maxsize=2048)
def person_mark(name: str, side: str, address: str, *, avatar_only: bool, size: str) -> SafeString:
    """Initials and name, linked where there is an address."""
    avatar = element("span", initials(name), class_=f"avatar {side} {size}", aria_hidden="true")
    shown = element("span", name, class_="sr-only" if avatar_only else "name")
    title = name if avatar_only else None
    parts = joined([avatar, shown])
    if address:
        return element("a", parts, class_="person", href=address, title=title)
    return element("span", parts, class_="person", title=title)


def moment_mark(moment: datetime, now: datetime, zone: tzinfo) -> SafeString:
    """Relative when near, a date when far, the exact moment on hover. Asking for the reader's zone takes
    longer than the rest, so a page does it once."""
    local = moment.astimezone(zone)
    exact, shown = escape(exact_text(local)), escape(when_text(local, now.astimezone(zone)))
    return mark_safe(f'<time datetime="{moment.isoformat()}" title="{exact}">{shown}</time>')  # noqa: S308


@lru_cache(maxsize=2048)
def day_mark(day: date, today: date, *, relative: bool, language: str | None) -> SafeString:
    """A date with its distance on hover, or the other way around. ``language`` is the one in force; it
    tells the kept marks apart."""
    texts = [day_text(day, today), day_distance(day, today)]
    shown, title = reversed(texts) if relative else texts
    return element("time", shown, datetime=day.isoformat(), title=title)
