"""``Idempotency-Key``: a POST that is sent twice is done once.

The claim (a row, unique by person, route and key) is committed before the work begins, so a second
caller sees it. The work and the kept answer are committed together, so after a crash either both
are there or neither is; a claim without an answer is free again when its lease has run out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.response import Response

from portal.accounts.models import KeptAnswer, User

if TYPE_CHECKING:
    from rest_framework.request import Request

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
KEPT_FOR = timedelta(hours=24)
LEASE = timedelta(minutes=5)
#: Headers of an answer that a repeat shows again.
KEPT_HEADERS = ("Content-Type", "Location", "ETag")


class SameKeyOtherBody(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = (
        "This Idempotency-Key was used for another body. Nothing was done; use a new key."
    )
    default_code = "idempotency_key_reused"


class StillRunning(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = (
        "The first call with this Idempotency-Key is still running. Ask again in a moment."
    )
    default_code = "idempotency_key_running"
    wait = 2


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do the work of one key, until the lease runs out."""

    row: KeptAnswer

    def keep(self, response: HttpResponse) -> None:
        """Keep the answer, in the transaction of the work. Fails when the lease was taken over."""
        headers = {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        }
        mine = KeptAnswer.objects.filter(
            pk=self.row.pk, lease_until=self.row.lease_until, status=None
        )
        kept = mine.update(status=response.status_code, headers=headers, body=response.content)
        if not kept:
            raise StillRunning

    def release(self) -> None:
        KeptAnswer.objects.filter(
            pk=self.row.pk, lease_until=self.row.lease_until, status=None
        ).delete()


def claim(*, user: User, route: str, key: str, digest: str) -> Claim | HttpResponse:
    """Claim the key, or give the first answer again."""
    now = timezone.now()
    mine = KeptAnswer.objects.filter(user=user, route=route, key=key)
    mine.filter(made_at__lte=now - KEPT_FOR).exclude(status=None, lease_until__gt=now).delete()
    try:
        with transaction.atomic():
            row = KeptAnswer.objects.create(
                user=user, route=route, key=key, digest=digest, made_at=now, lease_until=now + LEASE
            )
        return Claim(row)
    except IntegrityError:
        row = mine.first()  # type: ignore[assignment]
    if row is None:
        raise StillRunning
    if row.digest != digest:
        raise SameKeyOtherBody
    if row.status is not None:
        return HttpResponse(bytes(row.body), status=row.status, headers=row.headers)
    return _take_over(row, now)


def _take_over(row: KeptAnswer, now: datetime) -> Claim:
    """Whoever held the claim has crashed if the lease is over; one of the waiting gets it."""
    expired = KeptAnswer.objects.filter(
        pk=row.pk, status=None, lease_until=row.lease_until, lease_until__lte=now
    )
    if not expired.update(lease_until=now + LEASE):
        raise StillRunning
    row.lease_until = now + LEASE
    return Claim(row)


def digest_of(data: Any) -> str:
    """What was sent, apart from its spelling: a repeated upload has another boundary."""
    digest = hashlib.sha256()
    if hasattr(data, "lists"):
        for name, values in sorted(data.lists()):
            for value in values:
                digest.update(repr(name).encode())
                _add_value(digest, value)
    else:
        digest.update(json.dumps(data, sort_keys=True, ensure_ascii=True).encode())
    return digest.hexdigest()


def _add_value(digest: Any, value: Any) -> None:
    if not isinstance(value, UploadedFile):
        digest.update(repr(value).encode())
        return
    digest.update(repr((value.name, value.size)).encode())
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)


class IdempotencyMixin:
    """For viewsets and API views: wraps the POST handler once the call has been let in."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        if request.method != "POST" or key is None:
            return
        if not key or len(key) > LONGEST_KEY or not key.isprintable():
            raise exceptions.ValidationError(
                {HEADER: [f"Give 1 to {LONGEST_KEY} printable characters."]}
            )
        self.post = self._once(request, key, self.post)  # type: ignore[has-type]

    def _once(
        self, request: Request, key: str, handler: Callable[..., Response]
    ) -> Callable[..., Any]:
        def do(*args: Any, **kwargs: Any) -> HttpResponse:
            held = claim(
                user=request.user,  # type: ignore[arg-type]
                route=f"{request.method} {request.path}"[:200],
                key=key,
                digest=digest_of(request.data),
            )
            if isinstance(held, HttpResponse):
                held.headers["Idempotent-Replayed"] = "true"
                return held
            try:
                return self._answer_and_keep(held, request, handler, args, kwargs)
            except Exception:
                held.release()
                raise

        return do

    def _answer_and_keep(
        self,
        held: Claim,
        request: Request,
        handler: Callable[..., Response],
        args: Any,
        kwargs: Any,
    ) -> HttpResponse:
        with transaction.atomic():
            answer = self._refusable(request, handler, args, kwargs)
            answer = self.finalize_response(request, answer, *args, **kwargs)  # type: ignore[attr-defined]
            if hasattr(answer, "render"):
                answer.render()
            held.keep(answer)
        return answer

    def _refusable(
        self, request: Request, handler: Callable[..., Response], args: Any, kwargs: Any
    ) -> HttpResponse:
        """A refusal is an answer too; what the refused work had begun is undone."""
        try:
            with transaction.atomic():
                return handler(request, *args[1:], **kwargs)
        except Exception as error:  # noqa: BLE001 - handle_exception raises what it does not know
            return self.handle_exception(error)  # type: ignore[attr-defined]
