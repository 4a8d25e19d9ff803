"""Templates keep the promises that htmx, the content policy and readers rely on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = settings.BASE_DIR / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
FRAGMENTS = [path for path in TEMPLATES if path.name.startswith("_")]
#: E-mail programs read no style sheets, so mail alone carries its style with it.
EMAIL = "email"
#: Fragments that a view answers with by themselves; the others are parts that pages include.
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("portal", "personas", "campaigns", "leads")
    for path in (settings.BASE_DIR / folder).rglob("*.py")
)

COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<style\b|\sstyle=|\son[a-z]+=|javascript:",
    re.IGNORECASE,
)
UNSAFE = re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off|\|\s*safeseq\b")
FOREIGN = re.compile(r"(?:src|href|action)=\"(?:https?:)?//", re.IGNORECASE)
HX = re.compile(r"<[a-z][^>]*\bhx-(get|post|put|patch|delete)=[^>]*>", re.IGNORECASE | re.DOTALL)


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


SWAPPED = [
    path for path in FRAGMENTS if f'"{label(path)}"' in CODE and "components" not in path.parts
]


def code(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def root_id(text: str) -> str:
    """The id of the first element; what stands before it may only be template code."""
    element = re.search(r"<[a-z][^>]*>", text, re.IGNORECASE | re.DOTALL)
    found = re.search(r"\bid=\"([^\"]*)\"", element.group()) if element else None
    return found.group(1) if found else ""


@pytest.mark.parametrize("path", TEMPLATES, ids=label)
def test_it_can_be_parsed(path):
    get_template(label(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=label)
def test_nothing_is_inline_unescaped_or_from_elsewhere(path):
    text = code(path)

    assert EMAIL in path.parts or INLINE.findall(text) == []
    assert UNSAFE.findall(text) == []
    assert FOREIGN.findall(text) == []


@pytest.mark.parametrize("path", FRAGMENTS, ids=label)
def test_a_fragment_names_its_context_first(path):
    assert path.read_text(encoding="utf-8").startswith("{# Context:")


@pytest.mark.parametrize("path", SWAPPED, ids=label)
def test_a_fragment_carries_its_name_as_id(path):
    name = path.stem.lstrip("_").replace("_", "-")

    assert re.fullmatch(rf"{name}(-\{{\{{.*\}}\}})?", root_id(code(path)))


@pytest.mark.parametrize("path", TEMPLATES, ids=label)
def test_an_htmx_act_has_a_plain_one_beside_it(path):
    """What swaps by script also works without: a link, a form, or a button inside a form."""
    for element in HX.finditer(code(path)):
        tag = element.group()
        loads_itself = 'hx-trigger="load' in tag or 'hx-trigger="every' in tag or "revealed" in tag
        plain = re.search(r"\b(href|action|formaction)=|^<(button|input|select|form)\b", tag)
        assert plain or loads_itself, tag
