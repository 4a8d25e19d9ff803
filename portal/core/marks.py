"""People as lists and records show them. A page names few different people, many times over."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString

from portal.core.formatting import initials
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
