"""The queue by API: the same items as the page."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.response import Response

from leads.queue.reading import queue_of
from leads.queue.serializers import QueueSerializer
from portal.accounts.requests import ApiRequest


class QueueViewSet(viewsets.ViewSet):
    """What one does next, and why: at most fifty, the first one first."""

    policy: ClassVar = {"list": "queue.view_queue"}

    @extend_schema(responses=QueueSerializer)
    def list(self, request: ApiRequest) -> Response:
        return Response(QueueSerializer(queue_of(request.user, timezone.now())).data)
