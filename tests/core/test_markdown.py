"""Markdown is safe by construction and cannot be made slow."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.markdown import ATTRIBUTES, TAGS, plain_text, render_markdown


class Elements(HTMLParser):
    """Everything a browser would make of the text."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def elements(html):
    parser = Elements()
    parser.feed(html)
    return parser.found


def assert_inside_the_allow_list(html):
    for tag, attributes in elements(html):
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | {"rel"}
        address = (attributes.get("href") or "").strip().lower()
        if ":" in address.split("/")[0]:
            assert address.split(":")[0] in {"http", "https", "mailto"}
        if tag == "img":
            source = attributes.get("src") or ""
            assert source.startswith(("/assets/", "/attachments/"))
            assert ".." not in unquote(unquote(source))


def test_the_usual_marks_work():
    html = render_markdown(
        "**bold** and *soft*\n\n- one\n- two\n\n> said\n\n| a | b |\n|---|--:|\n| 1 | 2 |"
    )

    assert "<strong>bold</strong>" in html
    assert "<li>one</li>" in html
    assert "<blockquote>" in html
    assert '<td align="right">2</td>' in html


def test_a_line_break_stays_a_line_break():
    assert "one<br>" in render_markdown("one\ntwo")


def test_headings_stand_below_those_of_the_page():
    assert render_markdown("# Big").strip() == "<h3>Big</h3>"


def test_task_lists_show_their_boxes():
    html = render_markdown("- [x] done\n- [ ] open")

    assert "☑ done" in html
    assert "☐ open" in html
    assert "<input" not in html


def test_links_say_what_they_are():
    html = render_markdown("[us](https://accord.example) and https://other.example")

    assert html.count('rel="noopener nofollow ugc"') == 2


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        '[x](https://a.example "onmouseover=alert(1)")',
        '<a href="#" hx-get="/leads/1/delete/">x</a>',
        '<div style="position:fixed" id="x" class="y" data-z="1">x</div>',
        "![x](https://tracker.example/pixel.png)",
        "![x](//tracker.example/pixel.png)",
        "![x](/assets/../admin/logout)",
        "![x](/assets/%2e%2e/admin/logout)",
        "![x](/attachments/.%2E/leads/1/delete/)",
        "![x](/attachments/%252e%252e/leads/)",
        "![x](/attachments/%5c..%5cleads/)",
        "[x]: javascript:alert(1)\n\n[x]",
        "<javascript:alert(1)>",
        "<svg><animate onbegin=alert(1)>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "`<script>`\n\n```html\n<script>alert(1)</script>\n```",
        "- [x](javascript:1)\n- [ ] <input onfocus=alert(1) autofocus>",
        '![a" onerror="alert(1)](/assets/1/a.png)',
    ],
)
def test_attacks_stay_text(attack):
    html = render_markdown(attack)

    assert_inside_the_allow_list(html)
    assert "tracker.example" not in "".join(str(a) for t, a in elements(html) if t == "img")


MARKS = st.text(alphabet="<>[]()!\"'`*_~#&;:/\\|-=+.\n\t @ahjscriptonx0123", max_size=300)


@given(MARKS)
@settings(max_examples=200, deadline=None)
def test_nothing_leaves_the_allow_list(text):
    assert_inside_the_allow_list(render_markdown(text))


def test_an_own_image_is_shown():
    assert '<img src="/assets/7/plant.png" alt="the plant">' in render_markdown(
        "![the plant](/assets/7/plant.png)"
    )


@pytest.mark.parametrize(
    "seed",
    [
        "[",
        "![",
        "*a_",
        ">",
        "`",
        "[a](",
        "- ",
        "|a|b|\n|-|-|\n",
        "<a ",
        "http://a.b ",
        "a@b.c ",
        "\n- ",
        "&#",
        "~~",
        "1. ",
        "\\",
    ],
)
@pytest.mark.parametrize("size", [30_000, 1_000_000])
def test_nested_marks_cost_what_their_length_does(seed, size):
    """Eight times the text may take its share and some more, not sixty-four times as long."""

    def spent(length):
        text = (seed * (length // len(seed) + 1))[:length]
        started = time.process_time()
        return render_markdown(text), time.process_time() - started

    _, short = spent(size // 8)
    html, long = spent(size)

    assert long < 32 * max(short, 0.05)
    assert_inside_the_allow_list(html[:200_000].rsplit("<", 1)[0])


def test_a_very_long_text_is_shown_as_it_was_typed():
    html = render_markdown("<b>**x**</b>\n" * 10_000)

    assert "&lt;b&gt;**x**&lt;/b&gt;" in html
    assert "<strong>" not in html


def test_nul_and_nothing_are_harmless():
    assert "\x00" not in render_markdown("a\x00b")
    assert render_markdown("") == ""
    assert render_markdown(None) == ""


def test_plain_text_is_one_line_without_marks():
    assert plain_text("**Hi** & [you](https://a.example)\n\n- there") == "Hi & you there"


def test_plain_text_is_cut_with_an_ellipsis():
    assert plain_text("word " * 100, 20).endswith("…")
    assert len(plain_text("word " * 100, 20)) <= 20


def test_plain_text_is_not_marked_safe():
    assert not hasattr(plain_text("&lt;script&gt;"), "__html__")
