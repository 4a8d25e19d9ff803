"""The audit trail in the API: read only."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from portal.accounts.viewsets import ReadOnlyPermittedViewSet
from portal.activity.filters import ActivityFilter
from portal.activity.models import Activity


class ActivitySerializer(serializers.ModelSerializer):
    """One line of the history."""

    actor_name = serializers.CharField(source="actor.name", read_only=True, default="Accord")

    class Meta:
        model = Activity
        fields = (
            "id",
            "at",
            "actor",
            "actor_name",
            "verb",
            "subject_type",
            "subject_id",
            "summary",
            "data",
        )
        read_only_fields = fields


class AuditViewSet(ReadOnlyPermittedViewSet):
    """Who did what, newest first."""

    queryset = Activity.objects.all()
    serializer_class = ActivitySerializer
    filterset_class = ActivityFilter
    policy: ClassVar[dict[str, str]] = {
        "list": "activity.view_activity",
        "retrieve": "activity.view_activity",
    }
    search_fields = ("verb", "summary")
    ordering = ("-at",)
    ordering_fields = ("at", "id")
    lookup_value_regex = r"[0-9]{1,18}"
