"""Every address declares the action it needs, and the policy knows it. An unknown one fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from portal.accounts.decorators import PUBLIC
from portal.accounts.policy import GRANTS

#: The admin asks the policy through has_perm and is walked by the tests of accounts; allauth's
#: pages are about the person's own sign-in.
ADMIN = "admin/"
TRUSTED = ("allauth.",)


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def actions(view: Any) -> set[str]:
    """What the view says it needs: one action of a page, or those of a viewset's methods."""
    if hasattr(view, "action"):
        return {view.action}
    shown = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if shown is None:
        return set()
    if hasattr(view, "actions"):
        named = getattr(shown, "policy", {})
        asked = {named.get("list" if act == "count" else act) for act in view.actions.values()}
        return {action or "" for action in asked}
    declared = getattr(shown, "policy_action", None)
    return {declared} if declared else set()


def is_trusted(view: Any) -> bool:
    return getattr(view, "__module__", "").startswith(TRUSTED)


ROUTES = [
    (path, view) for path, view in routes() if not path.startswith(ADMIN) and not is_trusted(view)
]


@pytest.mark.parametrize(("path", "view"), ROUTES, ids=[path or "/" for path, _ in ROUTES])
def test_it_names_an_action_that_the_policy_knows(path, view):
    named = actions(view)

    assert named, f"/{path} says nothing about who may open it"
    assert named <= GRANTS.keys() | {PUBLIC}


def test_what_is_open_to_strangers_is_written_down():
    opened = {path for path, view in ROUTES if actions(view) == {PUBLIC}}

    assert opened == OPEN


#: Adding a line here opens a page to everybody.
OPEN = {"healthz", "readyz", "metrics", "hooks/in/<str:token>/"}


def test_the_walk_reaches_nested_addresses():
    paths = {path for path, _ in routes()}

    assert {"healthz", "readyz"} <= paths
    assert any(path.startswith(ADMIN) for path in paths)
