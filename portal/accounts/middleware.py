"""What holds for every request of a person: their session's life, their clock, their privacy."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from contextlib import ExitStack

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from portal.accounts import lapsed, sessions

GetResponse = Callable[[HttpRequest], HttpResponse]


class SessionLifeMiddleware:
    """Ends a session that was idle, or lived, too long; the next page is the sign-in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            if sessions.has_lapsed(request):
                logout(request)
            else:
                sessions.note(request)
        response = self.get_response(request)
        lapsed.mark(request, response, is_secure=settings.SESSION_COOKIE_SECURE)
        return response


class PersonMiddleware:
    """Shows times and words as the signed-in person reads them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        with ExitStack() as stack:
            if zone := _zone(request.user.time_zone):
                stack.enter_context(timezone.override(zone))
            if request.user.language:
                stack.enter_context(translation.override(request.user.language))
                request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
            return response


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None


class PrivatePagesMiddleware:
    """What a signed-in person is shown stays in no cache, neither shared nor on a shared machine."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        knows_person = "Authorization" in request.headers or (
            settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        )
        if knows_person and "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "private, no-store"
            patch_vary_headers(response, ["Cookie", "Authorization"])
        return response
