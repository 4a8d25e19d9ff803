"""The one page of core: every component of the look in every state."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from portal.core.gallery import sample_context
from portal.core.htmx import render_page

#: Only administrators may do this, which makes it the gallery's gate outside DEBUG.
GATE = "accounts.change_user"


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages. ``?theme=`` shows the other one."""
    if not settings.DEBUG and not request.user.has_perm(GATE):
        raise PermissionDenied
    context = sample_context()
    if request.GET.get("theme") in {"light", "dark"}:
        context["theme"] = request.GET["theme"]
    if request.GET.get("toast"):
        messages.success(request, "A good toast goes by itself after eight seconds.")
    return render_page(request, "core/gallery.html", "core/gallery/_record.html", context)


gallery.action = GATE  # type: ignore[attr-defined]
