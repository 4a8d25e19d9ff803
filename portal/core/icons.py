"""Icons of the Lucide package, drawn once per process: reading one costs 0.3 ms."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

#: What an icon becomes when a name is wrong outside DEBUG: a page never dies of an icon.
FALLBACK = "circle"


@lru_cache(maxsize=1024)
def icon_svg(name: str, size: int = 16, label: str = "") -> SafeString:
    """One icon as SVG. Without a label it is hidden from screen readers.

    Raises IconDoesNotExist for a name that Lucide does not have.
    """
    spoken = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return SafeString(lucide(str(name), size=size, focusable="false", **spoken))


def icon_or_fallback(name: str, size: int = 16, label: str = "") -> SafeString:
    """As ``icon_svg``, but an unknown name (it may come from data) draws a plain circle."""
    try:
        return icon_svg(name, size, label)
    except IconDoesNotExist:
        return icon_svg(FALLBACK, size, label)
