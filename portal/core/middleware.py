"""A refusal becomes an answer: a page for a browser, a toast for htmx, a problem for the API."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core.errors import RuleViolation, TooManyTries
from portal.core.htmx import is_fragment


class RuleViolationMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        if isinstance(exc, TooManyTries):
            response = _refusal(request, exc.message, status=429)
            response["Retry-After"] = str(exc.retry_after)
            return response
        if isinstance(exc, RuleViolation):
            return _refusal(request, exc.message, status=409)
        return None


def _refusal(request: HttpRequest, message: str, *, status: int) -> HttpResponse:
    if not is_fragment(request):
        return render(request, f"{status}.html", {"message": message}, status=status)
    context = {"message": message, "kind": "bad"}
    response = render(request, "components/_toast.html", context, status=status)
    response["HX-Retarget"] = "#toasts"
    response["HX-Reswap"] = "beforeend"
    return response
