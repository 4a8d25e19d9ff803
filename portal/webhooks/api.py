"""The address that takes events, and hooks and deliveries for administrators."""

from __future__ import annotations

import io
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.decorators import PUBLIC
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ReadOnlyPermittedViewSet
from portal.core.problems import problem
from portal.core.rest import MAX_BODY, StrictJSONParser
from portal.webhooks import services
from portal.webhooks.events import read_body
from portal.webhooks.filters import DeliveryFilter, HookFilter
from portal.webhooks.models import Delivery, Hook
from portal.webhooks.secrets import ID, SIGNATURE, TIMESTAMP
from portal.webhooks.serializers import DeliverySerializer, HookSerializer, ReceiptSerializer

UNKNOWN = "The token or the signature is not right, or this webhook takes no events."
TOO_LARGE = "The body is larger than 1 MiB. Send fewer events at once."


class HookIn(APIView):
    """``POST /hooks/in/TOKEN/``: one event or a list. 202 means: stored, and nothing can be lost.

    The token in the address lets in, nothing else does: no session, no cookie is looked at.
    """

    authentication_classes: ClassVar = []
    permission_classes: ClassVar = []
    policy_action = PUBLIC
    schema = None

    def post(self, request: Request, token: str) -> Response:
        length = request.headers.get("Content-Length", "")
        if not length.isdigit():
            return problem(status.HTTP_411_LENGTH_REQUIRED, "Say how long the body is.")
        if int(length) > MAX_BODY:
            # Nothing of it is read.
            return problem(status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
        raw = request._request.read(MAX_BODY)
        headers = {name: request.headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)}
        hook = services.hook_of(token, headers, raw)
        if hook is None:
            return problem(status.HTTP_401_UNAUTHORIZED, UNKNOWN)
        body = read_body(StrictJSONParser().parse(io.BytesIO(raw)))
        if body.errors:
            detail = "Nothing was stored, because some events cannot be read."
            return problem(status.HTTP_400_BAD_REQUEST, detail, errors=body.errors)
        receipt = services.receive_events(hook=hook, events=body.events)
        return Response(ReceiptSerializer(receipt).data, status=status.HTTP_202_ACCEPTED)


class HookViewSet(ReadOnlyPermittedViewSet):
    """Hooks, without their tokens. They are made on the page, where the token is shown once."""

    queryset = Hook.objects.all()
    serializer_class = HookSerializer
    filterset_class = HookFilter
    ordering = ("name",)
    ordering_fields = ("id", "name")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "webhooks.view_hook",
        "retrieve": "webhooks.view_hook",
    }


class DeliveryViewSet(ReadOnlyPermittedViewSet):
    """What came in through hooks, and what became of it."""

    queryset = Delivery.objects.all()
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    ordering = ("-id",)
    ordering_fields = ("id",)
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "webhooks.view_delivery",
        "retrieve": "webhooks.view_delivery",
        "apply": "webhooks.apply_delivery",
    }

    @extend_schema(request=None, responses=DeliverySerializer)
    @action(detail=True, methods=["post"])
    def apply(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Apply an event again that failed or lapsed."""
        delivery = services.apply_again(delivery=self.get_object(), by=request.user)
        answer: dict[str, Any] = DeliverySerializer(delivery).data
        return Response(answer, status=status.HTTP_202_ACCEPTED)
