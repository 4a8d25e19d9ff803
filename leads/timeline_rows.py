"""The lines of a timeline as HTML, made in one pass: a page of fifty would otherwise cost more in
template tags than in everything else. Everything that comes from data is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from portal.core.icons import icon_or_fallback
from portal.core.markdown import render_markdown
from portal.core.templatetags.portal_numbers import when
from portal.core.templatetags.portal_ui import badge, modal

if TYPE_CHECKING:
    from leads.timeline import Entry


def written(entries: Iterable[Entry], *, may_restore: bool) -> SafeString:
    """``may_restore``: beside a touch that was left out stands the way to let it count again."""
    return joined(line(entry, may_restore=may_restore) for entry in entries)


def joined(lines: Iterable[str]) -> SafeString:
    return mark_safe("".join(lines))  # noqa: S308 (every part is escaped in ``line``)


def line(entry: Entry, *, who: str = "", who_url: str = "", may_restore: bool) -> str:
    """One entry; ``who`` is whom it is about where several people share a timeline."""
    side = f' class="{escape(entry.side)}"' if entry.side else ""
    about = f'<a href="{escape(who_url)}">{escape(who)}</a>: ' if who else ""
    text: str = escape(entry.text)
    if entry.url:
        text = f'<a class="row-link" href="{escape(entry.url)}">{text}</a>'
    mark, kind = (f" {badge('Left out')}", ' class="sub"') if entry.left_out else ("", "")
    below: list[str] = [escape(part) for part in (entry.actor, entry.source) if part]
    below.append(when(entry.at))
    if entry.left_out:
        below.append(f"{escape(entry.left_out)}, so it counts nowhere")
        below += [_restoring(entry)] if may_restore else []
    return (
        f"<li{side}>{icon_or_fallback(entry.icon)}<div><p{kind}>{about}{text}{mark}</p>{_detail(entry)}"
        f'<p class="sub">{" · ".join(below)}</p></div></li>'
    )


def _detail(entry: Entry) -> str:
    if not entry.detail:
        return ""
    if entry.is_prose:
        return f'<div class="prose">{render_markdown(entry.detail)}</div>'
    return f"<p>{escape(entry.detail)}</p>"


def _restoring(entry: Entry) -> str:
    address = reverse("leads:touchpoint-restore", args=[entry.key])
    return f'<a href="{address}" {modal(address)}>A person did this</a>'
