"""Every pair of text and ground that the style sheets use is readable in both themes (WCAG 2.2 AA)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

SHEETS = settings.BASE_DIR / "portal" / "static" / "portal" / "css"
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\(#([0-9A-Fa-f]{6}),\s*#([0-9A-Fa-f]{6})\)")
THEMES = ("light", "dark")

GROUNDS = ("ground", "paper", "raised", "sunk")
HUES = ("marketing", "sales", "joint", "good", "warn", "bad", "info")

TEXT = [
    *(("ink", ground) for ground in GROUNDS),
    *(("ink-2", ground) for ground in GROUNDS),
    *((hue, ground) for hue in HUES for ground in ("ground", "paper", "raised")),
    *((hue, f"{hue}-soft") for hue in HUES),
    *(("ink", f"{hue}-soft") for hue in HUES),
    *(("ink-2", soft) for soft in ("joint-soft",)),
    *(("on-solid", solid) for solid in ("joint", "joint-strong", "marketing", "sales", "bad")),
    *(("joint-strong", ground) for ground in ("ground", "paper", "raised")),
    ("bad-strong", "bad-soft"),
    ("ins", "good-soft"),
    ("del", "bad-soft"),
    *(("ink", f"heat-{step}") for step in (1, 2, 3)),
    *(("on-solid", f"heat-{step}") for step in (4, 5)),
]
#: Shapes that one must see to use or understand the page: borders of fields, focus, bars of charts.
SHAPES = [
    *(
        (name, ground)
        for name in ("line-strong", "joint", *HUES)
        for ground in ("ground", "paper", "raised")
    ),
    ("joint", "sunk"),
]


def tokens(theme):
    text = (SHEETS / "tokens.css").read_text()
    return {m[1]: m[2 if theme == "light" else 3] for m in TOKEN.finditer(text)}


def luminance(colour):
    """WCAG's relative luminance of rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_knows_its_fixed_points():
    assert contrast("000000", "FFFFFF") == pytest.approx(21)
    assert contrast("767676", "FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_is_readable(theme, text, ground):
    known = tokens(theme)

    assert contrast(known[text], known[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_can_be_seen(theme, shape, ground):
    known = tokens(theme)

    assert contrast(known[shape], known[ground]) >= 3


def test_every_text_colour_in_the_sheets_is_checked_here():
    """A colour used for text must stand in the list above, or nobody knows whether it can be read."""
    checked = {text for text, _ in TEXT}
    used = {
        name
        for sheet in SHEETS.glob("*.css")
        for name in re.findall(r"(?<![\w-])color:\s*var\(--([\w-]+)\)", sheet.read_text())
    }

    assert used - checked - {"hue"} == {"line-strong"} - checked & used
