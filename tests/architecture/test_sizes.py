"""Sizes at which a thing is split. What is larger stands in a list that may only shrink."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

FOLDERS = ("portal", "personas", "campaigns", "leads")
LONGEST = {"module": 400, "function": 50, "page": 150, "fragment": 60, "settings": 350}
BANNED = {
    "utils.py",
    "helpers.py",
    "common.py",
    "misc.py",
    "manager.py",
    "handlers.py",
    "signals.py",
}

#: Larger than that, for a reason that is written beside it. Never add without one.
LARGER: dict[str, str] = {
    "portal/settings.py": "Every difference between deployments in one file, a line each.",
    "portal/documents/pages.py": "One class is all the pages of a document; parts would need each other.",
    "portal/feedback/services.py": "The acts on threads; the next act splits it.",
    "portal/core/gallery.py:sample_charts": "A list of samples, not logic.",
    "portal/operations/demo/agreement.py:commitments": "Rows of data, not logic.",
    "portal/operations/demo/campaigns.py:brief": "Rows of data, not logic.",
    "portal/core/gallery.py:sample_context": "A list of samples, not logic.",
}


def modules() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (settings.BASE_DIR / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def label(path: Path) -> str:
    return path.relative_to(settings.BASE_DIR).as_posix()


def code_lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def oversized() -> dict[str, int]:
    found = {}
    for path in modules():
        limit = LONGEST["settings" if label(path) == "portal/settings.py" else "module"]
        if (lines := code_lines(path)) > limit:
            found[label(path)] = lines
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST["function"]:
                    found[f"{label(path)}:{node.name}"] = length
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        kind = "fragment" if path.name.startswith("_") else "page"
        if (lines := code_lines(path)) > LONGEST[kind]:
            found[label(path)] = lines
    return found


def test_nothing_has_grown_past_its_size():
    grown = {name: lines for name, lines in oversized().items() if name not in LARGER}

    assert grown == {}


def test_the_list_of_larger_things_only_shrinks():
    assert set(LARGER) <= set(oversized())


@pytest.mark.parametrize("path", sorted(modules()), ids=label)
def test_modules_are_named_after_what_they_hold(path):
    assert path.name not in BANNED


def test_there_is_something_to_measure():
    assert len(list(modules())) > 50
