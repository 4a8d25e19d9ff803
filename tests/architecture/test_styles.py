"""What templates ask of the style sheets and the icons is there: a class without a rule looks like nothing."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from portal.core.icons import icon_svg

TEMPLATES = sorted(
    path
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
    if not {"email", "allauth"} & set(path.parts)
)
SHEETS = settings.BASE_DIR / "portal" / "static" / "portal"
RULES = "\n".join(path.read_text() for path in SHEETS.rglob("*.css"))
KNOWN = set(re.findall(r"\.([a-zA-Z][\w-]*)", RULES))
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
ICON = re.compile(r"""\bicon(?:_name)?(?:=|\s|:\s*str\s*=\s*|\s*=\s*)"([a-z][a-z0-9-]+)\"""")
#: Classes of Django's admin, whose own sheets hold the rules.
ADMIN = {
    "breadcrumbs",
    "clear",
    "dashboard",
    "help",
    "module",
    "object-tools",
    "visually-hidden",
}


def label(path):
    return path.relative_to(settings.BASE_DIR).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=label)
def test_every_class_has_a_rule(path):
    """``class="a {% if x %}b{% endif %}"``: what is code is left out, the words around it stay."""
    text = path.read_text()
    words = {
        word
        for given in re.findall(r"""\sclass="((?:\{[{%].*?[}%]\}|[^"{])*)\"""", text, re.DOTALL)
        for word in CODE.sub(" ", given).split()
        if not word.endswith("-")
    }

    assert words - KNOWN - (ADMIN if "admin" in path.parts else set()) == set()


def test_every_icon_is_in_the_package():
    """An unknown name draws a plain circle outside DEBUG, so nobody would notice."""
    sources = [*TEMPLATES, *(settings.BASE_DIR / "portal").rglob("*.py")]
    for folder in ("personas", "campaigns", "leads"):
        sources += (settings.BASE_DIR / folder).rglob("*.py")
    named = {name for path in sources for name in ICON.findall(path.read_text())}

    assert "search" in named
    for name in named:
        icon_svg(name)
