"""How a page says which action it needs. A page that says nothing fails the route test."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

View = Callable[..., HttpResponseBase]

#: Value of ``view.action`` for pages that need no account.
PUBLIC = "public"


def requires(action: str) -> Callable[[View], View]:
    """Let in only people whose role may do ``action`` (a key of the policy); others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(action):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: View) -> View:
    """A page for everybody, signed in or not (health, sign-in)."""
    opened = login_not_required(view)
    opened.action = PUBLIC  # type: ignore[attr-defined]
    return opened
