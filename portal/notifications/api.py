"""The API of notifications: one's own."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ReadOnlyPermittedViewSet
from portal.notifications import services
from portal.notifications.filters import NotificationFilter
from portal.notifications.models import Notification
from portal.notifications.serializers import CountReadSerializer, NotificationSerializer


class NotificationViewSet(ReadOnlyPermittedViewSet):
    """What one was told."""

    queryset = Notification.objects.all()
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilter
    ordering = ("-created_at",)
    ordering_fields = ("created_at",)
    lookup_value_regex = r"[0-9]{1,18}"
    policy = {  # noqa: RUF012 (the router reads a plain dict)
        "list": "notifications.view_notification",
        "retrieve": "notifications.view_notification",
        "read": "notifications.change_notification",
        "read_all": "notifications.change_notification",
    }

    @extend_schema(request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Mark one as read."""
        notification = services.read_notification(notification=self.get_object())
        return Response(self.get_serializer(notification).data)

    @extend_schema(request=None, responses=CountReadSerializer)
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: ApiRequest) -> Response:
        """Mark everything as read."""
        return Response({"read": services.read_all(by=request.user)})
