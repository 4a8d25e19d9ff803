"""Viewsets that fetch rows through the policy, answer repeats and refuse stale writes."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.idempotency import IdempotencyMixin
from portal.accounts.rest import policy_action
from portal.accounts.serializers import CountSerializer
from portal.core.listing import COUNT_CAP, counted
from portal.core.preconditions import EtagMixin

__all__ = [
    "COUNT_CAP",
    "EtagMixin",
    "ListCountMixin",
    "PermittedViewSet",
    "ReadOnlyPermittedViewSet",
]


class PermittedViewSet(IdempotencyMixin, viewsets.GenericViewSet):
    """Names its policy actions in ``policy`` (DRF action → policy action).

    ``get_queryset`` returns the rows on which the person may do the action of this very call,
    so a row out of reach is a 404 whatever the verb. A POST with an ``Idempotency-Key`` is done
    once. Add ``EtagMixin`` where rows carry a version.
    """

    policy: ClassVar[dict[str, str]] = {}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()  # type: ignore[arg-type, union-attr]
        needed = policy_action(self, self.request)
        rows = self.queryset.all().permitted(self.request.user, needed)  # type: ignore[arg-type, union-attr]
        return rows.for_list() if hasattr(rows, "for_list") else rows


class ListCountMixin(mixins.ListModelMixin):
    """List by cursor, and ``…/count/`` with the same filters."""

    @extend_schema(responses=CountSerializer)
    @action(detail=False, methods=["get"], pagination_class=None)
    def count(self, request: Request) -> Response:
        """How many rows the same filters find: exact up to 10,000, an estimate beyond."""
        rows = self.filter_queryset(self.get_queryset())  # type: ignore[attr-defined]
        count, is_estimate = counted(rows)
        return Response({"count": count, "exact": not is_estimate})


class ReadOnlyPermittedViewSet(ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """List, retrieve and count."""
