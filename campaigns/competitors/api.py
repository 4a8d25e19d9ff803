"""The API of competitors."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import serializers

from campaigns.competitors.filters import CompetitorFilter
from campaigns.competitors.models import Competitor
from portal.accounts.viewsets import ReadOnlyPermittedViewSet


class CompetitorSerializer(serializers.ModelSerializer[Competitor]):
    class Meta:
        model = Competitor
        fields = ("id", "name", "website", "note", "is_active", "created_at", "updated_at")
        read_only_fields = fields


class CompetitorViewSet(ReadOnlyPermittedViewSet):
    """Whom we meet. Those that somebody names when a sale is closed appear here by themselves."""

    queryset = Competitor.objects.all()
    serializer_class = CompetitorSerializer
    filterset_class = CompetitorFilter
    search_fields = ("name",)
    ordering = ("name",)
    ordering_fields = ("name", "id")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "competitors.view_competitor",
        "retrieve": "competitors.view_competitor",
    }
