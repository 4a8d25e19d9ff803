"""The lines of a timeline as HTML, made in one pass: a page of fifty would otherwise cost more in
template tags than in everything else. Everything that comes from data is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from portal.core.icons import icon_or_fallback
from portal.core.markdown import render_markdown
from portal.core.marks import moment_mark
from portal.core.templatetags.portal_ui import badge, modal

if TYPE_CHECKING:
    from leads.timeline import Entry


class LineWriter:
    """Writes the lines of one page. ``may_restore``: beside a touch that was left out stands the way to
    let it count again."""

    def __init__(self, *, may_restore: bool) -> None:
        self.may_restore = may_restore
        self.now, self.zone = timezone.now(), timezone.get_current_timezone()

    def lines(self, entries: Iterable[Entry]) -> SafeString:
        return joined(map(self.line, entries))

    def line(self, entry: Entry, who: str = "", who_url: str = "") -> str:
        """One entry; ``who`` is whom it is about where several people share a timeline."""
        side = f' class="{escape(entry.side)}"' if entry.side else ""
        about = f'<a href="{escape(who_url)}">{escape(who)}</a>: ' if who else ""
        text: str = escape(entry.text)
        if entry.url:
            text = f'<a class="row-link" href="{escape(entry.url)}">{text}</a>'
        mark, kind = (f" {badge('Left out')}", ' class="sub"') if entry.left_out else ("", "")
        return (
            f"<li{side}>{icon_or_fallback(entry.icon)}<div><p{kind}>{about}{text}{mark}</p>{_detail(entry)}"
            f'<p class="sub">{" · ".join(self._below(entry))}</p></div></li>'
        )

    def _below(self, entry: Entry) -> Iterator[str]:
        """By whom and when."""
        yield from (escape(part) for part in (entry.actor, entry.source) if part)
        yield moment_mark(entry.at, self.now, self.zone)
        if entry.left_out:
            yield f"{escape(entry.left_out)}, so it counts nowhere"
            if self.may_restore:
                yield _restoring(entry)


def joined(lines: Iterable[str]) -> SafeString:
    return mark_safe("".join(lines))  # noqa: S308 (every part is escaped in ``line``)


def _detail(entry: Entry) -> str:
    if not entry.detail:
        return ""
    if entry.is_prose:
        return f'<div class="prose">{render_markdown(entry.detail)}</div>'
    return f"<p>{escape(entry.detail)}</p>"


def _restoring(entry: Entry) -> str:
    address = reverse("leads:touchpoint-restore", args=[entry.key])
    return f'<a href="{address}" {modal(address)}>A person did this</a>'
