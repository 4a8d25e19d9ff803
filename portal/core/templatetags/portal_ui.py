"""Tags and filters of the portal's own look. They are builtins: no ``{% load %}`` is needed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BaseForm, BoundField, CheckboxInput, NumberInput, Select, TextInput
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language

from portal.core import formatting
from portal.core.charts import Chart
from portal.core.icons import icon_or_fallback
from portal.core.markdown import plain_text, render_markdown
from portal.core.marks import NOBODY, person_mark
from portal.core.markup import element, joined
from portal.core.navigation import BOTTOM, ENTRIES, Entry, entries_for, place_in
from portal.core.routes import row_address
from portal.core.seals import SIDES, Seal, seal_of
from portal.core.worddiff import diff_html

register = template.Library()

KINDS = frozenset({"neutral", "marketing", "sales", "joint", "good", "warn", "bad", "info"})
#: Usual words for a state and what kind of badge they get.
STATES = {
    "joint": "agreed accepted qualified",
    "good": "done won active running published live sent delivered completed met resolved praise",
    "warn": "warning paused in-review review proposed pending planned postponed acknowledged due uncertain",
    "bad": "lost failed breached rejected cancelled overdue declined dead problem error",
    "info": "new open queued scheduled in-progress question suggestion working",
}
KIND_OF_STATE = {word: kind for kind, words in STATES.items() for word in words.split()}
#: Parameters that hold a place in a list; they lose their meaning when anything else changes.
CURSORS = ("after", "before", "cursor", "page")
SIDE_NAMES = {"marketing": "Marketing", "sales": "Sales", "joint": "Both"}


# --- pictures and words ---------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: str = "", size: int = 16) -> SafeString:
    """A Lucide icon; silent for screen readers unless it has a label."""
    return icon_or_fallback(str(name), int(size), str(label))


@register.simple_tag
def badge(text: object, kind: str = "neutral", icon_name: str = "") -> SafeString:
    """A word with a shape in front of it, so that colour never stands alone."""
    return _badge(text if isinstance(text, SafeString) else str(text), str(kind), str(icon_name))


@lru_cache(maxsize=2048, typed=True)
def _badge(text: str, kind: str, icon_name: str) -> SafeString:
    """Badges say few different words, many times over. ``typed``: safe texts and others stay apart."""
    mark = icon_or_fallback(icon_name, 14) if icon_name else ""
    name = kind if kind in KINDS else "neutral"
    return element("span", joined([mark, text]), class_=f"badge {name}")


@register.simple_tag
def status(text: object) -> SafeString:
    """A badge whose kind follows from the usual words for states."""
    return badge(text, _kind_of_state(str(text)))


@lru_cache(maxsize=512)
def _kind_of_state(text: str) -> str:
    return KIND_OF_STATE.get(slugify(text), "neutral")


@register.simple_tag
def seal(
    thing: object = None,
    *,
    marketing: bool = False,
    sales: bool = False,
    needed: object = None,
    size: str = "",
    words: bool = True,
) -> SafeString:
    """Two halves that fill when their department signs and join when both have."""
    if thing is not None:
        shown = seal_of(thing, needed)
    else:
        given = frozenset(s for s, yes in zip(SIDES, (marketing, sales), strict=True) if yes)
        shown = Seal(signed=given, needed=frozenset(map(str, needed or SIDES)))  # type: ignore[call-overload]
    return _drawn_seal(shown, size == "large", words, get_language())


@lru_cache(maxsize=128)
def _drawn_seal(shown: Seal, large: bool, words: bool, language: str | None) -> SafeString:
    """There are few different seals. ``language`` is the one in force; it tells the drawings apart."""
    context = {"seal": shown, "large": large, "words": words, "side": 56 if large else 18}
    return render_to_string("components/_seal.html", context)


@register.simple_tag
def side(name: object, text: str = "") -> SafeString:
    """The half mark of a department and its name."""
    key = str(name)
    left = "on" if key in {"marketing", "joint"} else "off"
    right = "on" if key in {"sales", "joint"} else "off"
    halves = joined(
        [
            element("path", d="M6 1A5 5 0 0 0 6 11Z", class_=left),
            element("path", d="M8 1A5 5 0 0 1 8 11Z", class_=right),
        ]
    )
    words = text or SIDE_NAMES.get(key, key.capitalize())
    if key not in SIDE_NAMES:
        return element("span", words, class_="side-mark")
    mark = element("svg", halves, width=14, height=12, viewBox="0 0 14 12", aria_hidden="true")
    return element("span", joined([mark, words]), class_=f"side-mark {slugify(key)}")


@register.simple_tag
def person(
    user: Any, *, link: bool = True, avatar_only: bool = False, size: str = ""
) -> SafeString:
    """Initials and name, linked to the person's page."""
    if user is None or not getattr(user, "pk", None):
        return NOBODY
    address = _address(getattr(user, "get_absolute_url", None) if link else None)
    side = str(getattr(user, "department", ""))
    return person_mark(str(user), side, address, avatar_only=avatar_only, size=size)


def _address(get: Any) -> str:
    """The person's page; none where this deployment has no page for people."""
    from django.urls import NoReverseMatch

    try:
        return get() if get else ""
    except NoReverseMatch:
        return ""


# --- addresses ------------------------------------------------------------------------------------
@register.simple_tag
def row_url(route: str, key: int | str) -> str:
    """``{% url %}`` for the page of a row by its key or slug; the route is found once."""
    return row_address(route, key)


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: object) -> str:
    """The query of this page with changes; None removes. The place in the list is given up."""
    query = context["request"].GET.copy()
    for name in CURSORS:
        query.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        elif isinstance(value, Iterable) and not isinstance(value, str):
            query.setlist(name, [str(part) for part in value])
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_link(context: Context, name: str, text: str, *, default: str = "") -> SafeString:
    """The head of a column that orders the list; a second press turns the order around."""
    current = context["request"].GET.get("ordering") or default
    is_on = current.lstrip("-") == name
    is_up = is_on and not current.startswith("-")
    address = url_with(context, ordering=f"-{name}" if is_up else name)
    mark: SafeString | str = ""
    if is_on:
        spoken = "sorted ascending" if is_up else "sorted descending"
        mark = icon_or_fallback("arrow-up" if is_up else "arrow-down", 14, spoken)
    return element("a", joined([text, mark]), href=address, class_="sort on" if is_on else "sort")


@register.simple_tag
def crumb(text: object, address: str) -> SafeString:
    """One step of the way to this page."""
    parts = [element("a", text, href=address), icon_or_fallback("chevron-right", 14)]
    return element("li", joined(parts))


@register.simple_tag
def drawer(*address: str) -> SafeString:
    """Attributes that open the address (in one part or several) in the drawer; the link's own href stays
    for everybody else."""
    return _opening(address, "drawer")


@register.simple_tag
def modal(*address: str) -> SafeString:
    """Attributes that open the address in the dialog."""
    return _opening(address, "modal")


def _opening(address: Iterable[str], where: str) -> SafeString:
    text = escape("".join(address))
    return mark_safe(f'hx-get="{text}" hx-target="#{where}-body" hx-swap="innerHTML"')  # noqa: S308


# --- blocks ---------------------------------------------------------------------------------------
@register.inclusion_tag("components/_empty.html")
def empty(title: object, text: object = "", **options: object) -> dict[str, object]:
    """A state with nothing to show. Options: icon, href, action, kind."""
    return {"title": title, "text": text, "icon_name": options.pop("icon", "inbox"), **options}


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, **options: object) -> dict[str, object]:
    """A form field with label, help and errors wired together.

    Options: label, help, compact (label for screen readers only), hide_label, markdown.
    """
    if options.get("compact"):
        _name_inside(bound, str(options.get("label") or bound.label))
    return {
        "field": bound,
        "is_check": isinstance(bound.field.widget, CheckboxInput),
        "label": options.get("label") or bound.label,
        "help": options.get("help") or bound.help_text,
        "compact": options.get("compact") or options.get("hide_label"),
        "markdown": options.get("markdown"),
    }


def _name_inside(bound: BoundField, label: str) -> None:
    """Without a visible label a field says itself what it is: "Any owner", or a placeholder."""
    widget = bound.field.widget
    if isinstance(widget, TextInput | NumberInput):
        widget.attrs.setdefault("placeholder", label)
    if isinstance(widget, Select):
        choices = list(widget.choices)
        if choices[:1] == BLANK_CHOICE_DASH:
            widget.choices = [("", f"Any {label.lower()}"), *choices[1:]]


@register.simple_tag
def fields(form: BaseForm) -> SafeString:
    """All fields in their order, the hidden ones first."""
    hidden = joined(form.hidden_fields())
    shown = [
        render_to_string("components/_field.html", field(bound)) for bound in form.visible_fields()
    ]
    return joined([hidden, *shown])


_LAZY = """<div class="lazy" hx-get="{0}" hx-trigger="load" hx-target="this" hx-swap="outerHTML">
  <div class="skeleton scripted-only" aria-hidden="true"><span></span><span></span><span></span></div>
  <a class="no-js" href="{0}">{1}</a>
</div>"""


@register.simple_tag
def lazy(address: str, label: str) -> SafeString:
    """A part of the page that is fetched from its own address; a plain link without script. Records have
    up to six, too many for a template of its own."""
    return format_html(_LAZY, address, label)


@register.inclusion_tag("components/_progress.html")
def progress(
    done: int, total: int | None, *, label: str = "", eta: Any = None, **options: object
) -> dict[str, Any]:
    """How far long work has come, in numbers. Options: kind, cancel_url."""
    return {"done": done, "total": total, "label": label, "eta": eta, **options}


@register.inclusion_tag("components/_chart.html")
def chart(shown: Chart) -> dict[str, Chart]:
    """Finding, drawing and the table of the same numbers."""
    return {"chart": shown}


@register.inclusion_tag("components/_post_button.html", takes_context=True)
def post_button(context: Context, address: str, text: str, **options: object) -> dict[str, object]:
    """A button that posts. Options: class, icon, confirm, hx_target, name, value, next, label."""
    return {
        "csrf_token": context.get("csrf_token"),
        "address": address,
        "text": text,
        "look": options.pop("class", ""),
        "icon_name": options.pop("icon", ""),
        **options,
    }


@register.simple_tag
def masked(value: object, is_hidden: object) -> object:
    """The value, or dots that say they hide something."""
    if not is_hidden:
        return formatting.DASH if value in (None, "") else value
    return element("span", "•••", class_="sub", title="Hidden for your role")


@register.simple_tag(takes_context=True)
def frame(context: Context, part: str) -> SafeString:
    """A part of the frame around every page (head, rail, foot).

    It depends on nothing but the menu and the place in it, so each process draws it once.
    """
    place = context.render_context.get("frame")
    if place is None:
        place = context.render_context["frame"] = _place(context)
    draw = _frame.__wrapped__ if settings.DEBUG else _frame
    return draw(part, *place, get_language())


def _place(context: Context) -> tuple[tuple[str, ...], str]:
    """The entries of the menu that this person may open, and the one that the page belongs to."""
    user, request = context.get("user"), context.get("request")
    entries = entries_for(user) if user is not None and user.is_authenticated else []
    path = request.path if request is not None else ""
    return tuple(entry.address for entry in entries), place_in(entries, path)


@lru_cache(maxsize=512)
def _frame(part: str, addresses: tuple[str, ...], here: str, language: str | None) -> SafeString:
    """``language`` is the one in force; it tells the kept drawings apart."""
    entries = [entry for entry in ENTRIES if entry.address in addresses]
    return render_to_string(f"components/_{part}.html", {"menu_entries": entries, "here": here})


@register.filter
def first_entries(entries: list[Entry]) -> list[Entry]:
    """Those that fit into the bottom bar of a phone."""
    return entries[:BOTTOM]


@register.filter
def undo_address(message: Any) -> str:
    """Where a message leads back to: ``extra_tags="undo:/leads/acts/7/undo/"``."""
    tags = str(getattr(message, "extra_tags", "") or "").split()
    return next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")


# --- texts ----------------------------------------------------------------------------------------
@register.filter
def markdown(text: object) -> SafeString:
    """Markdown as safe HTML; wrap it in ``<div class="prose">``."""
    return render_markdown(str(text or ""))


@register.filter
def language_name(tag: object) -> str:
    return formatting.language_text(str(tag or ""))


@register.filter
def plain(text: object, limit: int = 280) -> str:
    """Markdown as one plain line."""
    return plain_text(str(text or ""), int(limit))


@register.filter
def diff(old: object, new: object) -> SafeString:
    """``old|diff:new``: one text with deletions and insertions marked."""
    return diff_html(str(old or ""), str(new or ""))
