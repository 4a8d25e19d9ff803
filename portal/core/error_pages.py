"""Errors outside a view: a page for people, problem details below ``/api/``."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults

from portal.core.problems import problem_body

#: Below these addresses a program is asking.
FOR_PROGRAMS = ("/api/",)


def is_for_programs(request: HttpRequest) -> bool:
    return request.path_info.startswith(FOR_PROGRAMS)


def problem_response(status: int, detail: str) -> JsonResponse:
    body = problem_body(status, detail)
    return JsonResponse(body, status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_for_programs(request):
        return problem_response(HTTPStatus.BAD_REQUEST, "The request cannot be read.")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_for_programs(request):
        return problem_response(HTTPStatus.FORBIDDEN, "Your role may not do this.")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_for_programs(request):
        return problem_response(
            HTTPStatus.NOT_FOUND, "There is nothing here, or it is not yours to see."
        )
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if is_for_programs(request):
        detail = "Something went wrong on our side. Nothing of this call was kept; try it again."
        return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    return defaults.server_error(request)
