"""Pages for those who keep the portal running. They say what fails, never why: that is logged."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.accounts.decorators import public
from portal.operations.figures import exposition
from portal.operations.health import readiness


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    parts = readiness()
    failing = [name for name, state in parts.items() if state != "ok"]
    body = {"status": "not ready" if failing else "ready", "checks": parts, "failing": failing}
    return JsonResponse(body, status=503 if failing else 200)


@public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read_metrics(request):
        raise PermissionDenied
    return HttpResponse(exposition(timezone.now()), content_type="text/plain; version=0.0.4")


def _may_read_metrics(request: HttpRequest) -> bool:
    """The token, or this very machine; what a proxy passes on is not this machine."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and constant_time_compare(given, settings.METRICS_TOKEN):
        return True
    forwarded = any(
        name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
    )
    return not forwarded and request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}
