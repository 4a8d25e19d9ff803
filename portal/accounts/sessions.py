"""How long a session lives: eight hours without a click, twelve in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.utils import timezone

if TYPE_CHECKING:
    from django.http import HttpRequest

BEGAN, SEEN = "began_at", "seen_at"
#: How often a click is written down, in seconds; the idle time is right to this much.
NOTE_EVERY = 300
RECENT = 300


def begin(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Django tells us of every sign-in, whichever door it came through."""
    request.session[BEGAN] = request.session[SEEN] = _now()


def listen() -> None:
    user_logged_in.connect(begin, dispatch_uid="accounts.sessions.begin")


def has_lapsed(request: HttpRequest) -> bool:
    """True when the session has been idle, or has lived, too long."""
    now = _now()
    began = request.session.get(BEGAN, now)
    seen = request.session.get(SEEN, now)
    return now - began > settings.SESSION_LIFETIME or now - seen > settings.SESSION_IDLE


def note(request: HttpRequest) -> None:
    """Remember that the person is there, at most once in five minutes."""
    now = _now()
    if now - request.session.get(SEEN, 0) >= NOTE_EVERY:
        request.session.setdefault(BEGAN, now)
        request.session[SEEN] = now
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=timezone.now()
        )


def signed_in_recently(request: HttpRequest) -> bool:
    return _now() - request.session.get(BEGAN, 0) < RECENT


def _now() -> int:
    return int(timezone.now().timestamp())
