"""Markdown to HTML that is safe by construction.

Two fences: the parser knows no raw HTML, and an allow-list cleans what it made. Neither keeps
style, id, class, data-* or hx-* attributes, and no image is fetched from a foreign host.
"""

from __future__ import annotations

import html
import re
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.tasklists import tasklists_plugin

#: Longer texts are shown as they were typed: the worst input costs the parser 10 ms a kilobyte.
MAX_RICH = 30_000
#: Only short texts stay in memory.
MAX_CACHED = 8_000
#: Headings of a text stand below those of the page around it.
HEADING_SHIFT = 2
#: Images come from the portal's own files or not at all.
OWN_IMAGES = ("/assets/", "/attachments/")

TAGS = frozenset(
    {"p", "br", "hr", "h3", "h4", "h5", "h6", "strong", "em", "s", "a", "img", "code", "pre"}
    | {"ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td"}
)
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}
SCHEMES = {"http", "https", "mailto"}
_SPACE = re.compile(r"\s+")

Env = MutableMapping[str, Any]


def _is_own_image(address: str) -> bool:
    """Nothing in it may lead out of the folder, in whatever spelling a browser understands."""
    plain = unquote(unquote(address))
    return address.startswith(OWN_IMAGES) and ".." not in plain and "\\" not in plain


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Drops the addresses of foreign images, which a check of the scheme would let through."""
    if tag == "img" and name == "src" and not _is_own_image(value):
        return None
    return value


def _heading(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env
) -> str:
    token = tokens[index]
    token.tag = f"h{min(6, int(token.tag[1]) + HEADING_SHIFT)}"
    return self.renderToken(tokens, index, options, env)


def _cell(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env
) -> str:
    """Alignment as an attribute, because the Content-Security-Policy refuses inline style."""
    token = tokens[index]
    side = str(token.attrs.pop("style", "")).removeprefix("text-align:")
    if side:
        token.attrs["align"] = side
    return self.renderToken(tokens, index, options, env)


def _image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env
) -> str:
    """A foreign image becomes its description: fetching it would tell its host who reads."""
    token = tokens[index]
    if _is_own_image(str(token.attrs.get("src", ""))):
        return self.image(tokens, index, options, env)
    return escape(self.renderInlineAsText(token.children, options, env))


def _task_box(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env
) -> str:
    """The box of a task list as a character. No other raw HTML reaches the renderer."""
    return "☑" if "checked" in tokens[index].content else "☐"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    parser.options["maxNesting"] = 12
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(tasklists_plugin)
    rules = {
        "heading_open": _heading,
        "heading_close": _heading,
        "th_open": _cell,
        "td_open": _cell,
        "image": _image,
        "html_inline": _task_box,
    }
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    if parser.linkify:
        parser.linkify.set({"fuzzy_link": False, "fuzzy_ip": False})
    return parser


_PARSER = _parser()
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes=SCHEMES,
    link_rel="noopener nofollow ugc",
)


def _clean(text: str) -> str:
    return _CLEANER.clean(_PARSER.render(text))


_clean_cached = lru_cache(maxsize=512)(_clean)


def _as_typed(text: str) -> str:
    return f"<p>{'<br>'.join(escape(text).splitlines())}</p>"


def render_markdown(text: str) -> SafeString:
    """Markdown as HTML from the allow-list. A megabyte takes less than a second."""
    text = (text or "").replace("\x00", "\ufffd")
    if len(text) > MAX_RICH:
        return mark_safe(_as_typed(text))  # noqa: S308
    render = _clean_cached if len(text) <= MAX_CACHED else _clean
    return mark_safe(render(text))  # noqa: S308


def plain_text(text: str, limit: int = 280) -> str:
    """Markdown as one plain line for lists, mails and search hits. Not marked safe."""
    start = (text or "")[: limit * 4]
    bare = html.unescape(nh3.clean(_PARSER.render(start), tags=set()))
    line = _SPACE.sub(" ", bare).strip()
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
