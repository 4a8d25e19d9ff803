"""Build HTML and SVG elements with every text and attribute escaped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


def element(name: str, content: Any = "", /, **attributes: Any) -> SafeString:
    """``<name attributes>content</name>``. Attributes that are None or False are left out.

    Underscores in attribute names become hyphens, a trailing one is dropped (``class_``).
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{conditional_escape(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return mark_safe(f"<{name}{pairs}>{conditional_escape(content)}</{name}>")  # noqa: S308


def joined(parts: Iterable[Any]) -> SafeString:
    """The parts in a row; whatever is not known to be safe is escaped."""
    return mark_safe("".join(conditional_escape(part) for part in parts))  # noqa: S308
