"""Touches as a timeline tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leads.models import Touchpoint

if TYPE_CHECKING:
    from django.db.models import QuerySet

KINDS, LEFT_OUT = dict(Touchpoint.Kind.choices), dict(Touchpoint.LeftOut.choices)
ICONS = {
    "call": "phone",
    "email": "mail",
    "meeting": "users",
    "event": "calendar",
    "form": "clipboard-list",
    "download": "download",
    "page_view": "eye",
    "chat": "message-circle",
    "mail_open": "mail-open",
    "mail_click": "mouse-pointer-click",
    "advert": "megaphone",
    "social": "share-2",
}
#: Kinds that people may begin from either side.
EITHER_WAY = ("call", "email", "meeting", "other")
#: A timeline may hold thousands of touches: rows of these columns are made in half the time of models.
_COLUMNS = (
    *("pk", "lead_id", "kind", "direction", "occurred_at", "title", "body", "outcome", "url"),
    *("utm_source", "utm_medium", "attributes", "left_out"),
    *("by__name", "by__email", "by__department"),
)


def touch_rows() -> QuerySet[Any, Any]:
    return Touchpoint.objects.values_list(*_COLUMNS, named=True)


def text_of(touch: Any) -> str:
    """What happened, with its title or page and what came of it."""
    text = str(KINDS.get(touch.kind, touch.kind))
    if touch.direction == Touchpoint.Direction.INBOUND and touch.kind in EITHER_WAY:
        text += " from the buyer"
    for part in (touch.title or _page_of(touch.url), touch.outcome):
        text += f": {part}" if part else ""
    return text


def _page_of(url: str) -> str:
    """The path of an address, without what was tracked in it."""
    path = url.partition("#")[0].partition("?")[0]
    return path.partition("://")[2].partition("/")[2][:80]
