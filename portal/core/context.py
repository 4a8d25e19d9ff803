"""What every page's frame needs. Lazy: a page that does not draw the frame pays nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Theme and reading choices of the signed-in person."""
    user = getattr(request, "user", None)
    theme = getattr(user, "theme", "system") if user is not None else "system"
    return {"theme": theme}
