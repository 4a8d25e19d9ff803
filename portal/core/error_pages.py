"""Errors outside a view: a page for people, problem details below ``/api/``."""

from __future__ import annotations

import errno
import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults

from portal.core.problems import problem_body

#: Below these addresses a program is asking.
FOR_PROGRAMS = ("/api/", "/hooks/in/")
#: Seconds after which a call is worth another try when the database was away.
RETRY_AFTER = 10


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
    """Django calls this while the error is being handled."""
    if _is_want_of_data_or_room(sys.exception()):
        return unavailable(request)
    if is_for_programs(request):
        detail = "Something went wrong on our side. Nothing of this call was kept; try it again."
        return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    return defaults.server_error(request)


def _is_want_of_data_or_room(error: BaseException | None) -> bool:
    """Whether the database is away, or no file can be written: nothing is wrong with the call."""
    no_room = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
    is_full = isinstance(error, OSError) and error.errno in no_room
    return is_full or isinstance(error, OperationalError | InterfaceError)


def unavailable(request: HttpRequest) -> HttpResponseBase:
    """Data cannot be read or kept just now: a program may try again by itself."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    answer: HttpResponse
    if is_for_programs(request):
        detail = "The data cannot be reached or kept just now. Nothing of this call was kept; try it again."
        answer = problem_response(status, detail)
    else:
        answer = HttpResponse(render_to_string("503.html"), status=status)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer
