"""ETags and ``If-Match``: a write based on an old state is refused with 412, and loses nothing."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class PreconditionFailed(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "Somebody changed this meanwhile. Fetch it again, then send your change."
    default_code = "stale"


def etag_of(obj: Any) -> str:
    """Names the state of a row: by its ``version`` where it has one, else by ``updated_at``."""
    version = getattr(obj, "version", None)
    if version is None:
        version = int(obj.updated_at.timestamp() * 1_000_000)
    return f'"{obj.pk}-{version}"'


def check_if_match(request: Request, etag: str) -> None:
    """Refuse the call when its ``If-Match`` names another state than ``etag``."""
    asked = request.headers.get("If-Match")
    if asked is None:
        return
    given = {part.strip().removeprefix("W/") for part in asked.split(",")}
    if given.isdisjoint({"*", etag}):
        raise PreconditionFailed


class EtagMixin:
    """For viewsets: single rows carry an ``ETag``, and every unsafe call honours ``If-Match``.

    Override ``etag_of`` where a row's state is more than its ``version`` or ``updated_at``. A
    service that must decide a race itself takes the version as an argument too.
    """

    def etag_of(self, obj: Any) -> str:
        return etag_of(obj)

    def get_object(self) -> Any:
        obj = super().get_object()
        self._shown = obj
        if self.request.method in UNSAFE:  # type: ignore[attr-defined]
            check_if_match(self.request, self.etag_of(obj))  # type: ignore[attr-defined]
        return obj

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        shown = getattr(self, "_shown", None)
        if (
            request.method == "GET"
            and shown is not None
            and answer.status_code == status.HTTP_200_OK
        ):
            answer.headers.setdefault("ETag", self.etag_of(shown))
        return answer
