"""Every API error leaves as problem details (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.utils.serializer_helpers import ReturnDict
from rest_framework.views import exception_handler

from portal.core.errors import RuleViolation, TooManyTries


def _error_list(detail: Any, field: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict | ReturnDict):
        return [
            row
            for key, value in detail.items()
            for row in _error_list(value, f"{field}.{key}".strip("."))
        ]
    if isinstance(detail, list | tuple):
        return [row for value in detail for row in _error_list(value, field)]
    code = getattr(detail, "code", None) or "invalid"
    return [{"field": field, "code": str(code), "message": str(detail)}]


def _told(refusal: RuleViolation) -> list[dict[str, str]]:
    return [
        {"field": field, "code": refusal.code, "message": text}
        for field, texts in refusal.errors.items()
        for text in texts
    ]


def problem_body(
    status: int, detail: str, *, errors: list[dict[str, str]] | None = None, code: str = ""
) -> dict[str, Any]:
    """Problem details (RFC 9457) as plain data."""
    return {
        "type": f"urn:accord:problem:{code}" if code else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "errors": errors or [],
    }


def problem(
    status: int, detail: str, *, errors: list[dict[str, str]] | None = None, code: str = ""
) -> Response:
    """One problem-details answer."""
    body = problem_body(status, detail, errors=errors, code=code)
    return Response(body, status=status, content_type="application/problem+json")


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error leaves as problem details."""
    if isinstance(exc, RuleViolation):
        return problem(409, exc.message, code=exc.code, errors=_told(exc))
    if isinstance(exc, TooManyTries):
        answer = problem(429, exc.message)
        answer["Retry-After"] = str(exc.retry_after)
        return answer
    if isinstance(exc, ValidationError):
        detail = exc.message_dict if hasattr(exc, "error_dict") else exc.messages
        return problem(
            400, "The request holds values that cannot be used.", errors=_error_list(detail)
        )
    if isinstance(exc, Http404):
        return problem(404, "There is nothing here, or it is not yours to see.")
    if isinstance(exc, PermissionDenied):
        return problem(403, "Your role may not do this.")
    plain = exception_handler(exc, context)
    if plain is None or not isinstance(exc, exceptions.APIException):
        return plain
    return _from_api_exception(exc, plain)


def _from_api_exception(exc: exceptions.APIException, plain: Response) -> Response:
    if isinstance(exc, exceptions.ValidationError):
        answer = problem(
            exc.status_code,
            "The request holds values that cannot be used.",
            errors=_error_list(exc.detail),
        )
    else:
        answer = problem(exc.status_code, str(exc.detail))
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in plain.headers:
            answer[header] = plain.headers[header]
    return answer
