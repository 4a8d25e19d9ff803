"""A session that ends while somebody types loses nothing.

A form that arrives after its session has ended is kept in the new, still anonymous session, marked
with who had been signed in (a signed cookie says so). When the same person has signed in again,
``/resume/`` shows what was typed and sends it on with one click. Nobody else ever sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

LIMIT = 256 * 1024
MOST_FIELDS = 1000
SESSION_KEY = "lapsed_form"
COOKIE, SALT = "accord_who", "accounts.lapsed"
#: Parts of field names whose values are never kept.
SECRET = ("password", "csrf", "token", "secret", "code", "otp")


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What somebody sent when their session had ended."""

    path: str
    fields: list[tuple[str, str]]
    files: list[str]
    user_id: int

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Fields with something in them, under readable names."""
        return [
            (name.replace("_", " ").replace("-", " ").capitalize(), value)
            for name, value in self.fields
            if value
        ]


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's rule that every page needs an account, with the typed form kept."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if request.method == "POST" and request.user.is_authenticated:
            _forget_when_sent(request)
        return super().process_view(request, view_func, view_args, view_kwargs)  # type: ignore[return-value]

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        target = self.get_login_url(view_func)
        if request.method == "POST":
            kept = keep(request)
            target = (
                f"{resolve_login()}?{urlencode({'next': reverse('accounts:resume')})}"
                if kept
                else resolve_login()
            )
        if getattr(request, "htmx", None) or request.headers.get("HX-Request"):
            return HttpResponse(
                status=204, headers={"HX-Redirect": _next_for_htmx(request, target)}
            )
        if request.method == "POST":
            return redirect(target)
        return super().handle_no_permission(request, view_func)


def resolve_login() -> str:
    return reverse("account_login")


def _next_for_htmx(request: HttpRequest, target: str) -> str:
    """After signing in, a fragment's own address would show half a page: go back to the whole."""
    if request.method == "POST":
        return target
    page = request.headers.get("HX-Current-URL", "")
    path = "/" + page.split("://", 1)[-1].partition("/")[2] if page else "/"
    return f"{resolve_login()}?{urlencode({'next': path})}"


def keep(request: HttpRequest) -> bool:
    """Keep the form for the person who had been signed in. False when there is nothing to keep."""
    user_id = who_was_here(request)
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not any(part in name.lower() for part in SECRET)
    ]
    if user_id is None or not fields:
        return False
    if len(fields) > MOST_FIELDS or sum(len(n) + len(v) for n, v in fields) > LIMIT:
        messages.error(
            request,
            "You were signed out, and what you sent is too long to be kept here. Use your browser's "
            "Back button, copy your text, then sign in.",
        )
        return False
    request.session[SESSION_KEY] = {
        "path": request.get_full_path(),
        "fields": fields,
        "files": sorted(request.FILES),
        "user": user_id,
    }
    messages.info(request, "You were signed out. What you typed is kept: sign in to go on.")
    return True


def kept_for(request: HttpRequest) -> KeptForm | None:
    """The kept form, when it is this person's."""
    raw = request.session.get(SESSION_KEY)
    if not raw or raw["user"] != request.user.pk:
        return None
    return KeptForm(raw["path"], [tuple(pair) for pair in raw["fields"]], raw["files"], raw["user"])


def discard(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def _forget_when_sent(request: HttpRequest) -> None:
    kept = request.session.get(SESSION_KEY)
    if kept and (kept["path"] == request.get_full_path() or kept["user"] != request.user.pk):
        discard(request)


# --- who was here ------------------------------------------------------------------------------
def who_was_here(request: HttpRequest) -> int | None:
    """Whom this browser last belonged to, for a day; None when it never belonged to anybody."""
    try:
        return int(signing.loads(request.COOKIES[COOKIE], salt=SALT, max_age=24 * 60 * 60))
    except (KeyError, ValueError, signing.BadSignature):
        return None


def _note_sign_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request._signed_in_user_id = user.pk  # type: ignore[attr-defined]


def listen() -> None:
    user_logged_in.connect(_note_sign_in, dispatch_uid="accounts.lapsed")


def mark(request: HttpRequest, response: HttpResponse, *, is_secure: bool) -> None:
    """After a sign-in, remember in a signed cookie who it was."""
    user_id = getattr(request, "_signed_in_user_id", None)
    if user_id is not None:
        response.set_cookie(
            COOKIE,
            signing.dumps(user_id, salt=SALT),
            max_age=24 * 60 * 60,
            secure=is_secure,
            httponly=True,
            samesite="Lax",
        )
