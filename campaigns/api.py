"""The API of campaigns."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from campaigns import services
from campaigns.audience import audience
from campaigns.filters import CampaignFilter
from campaigns.models import Campaign
from portal.accounts.requests import ApiRequest
from portal.documents.api import DocumentViewSet, document_policy
from portal.documents.serializers import DocumentSerializer


class CampaignSerializer(DocumentSerializer):
    """A brief, with where it stands by its dates."""

    def to_representation(self, instance: Campaign) -> dict[str, Any]:
        return super().to_representation(instance) | {
            "state": instance.state,
            "objective": instance.objective,
            "message": instance.message,
            "offer": instance.offer,
            "starts_on": instance.starts_on,
            "ends_on": instance.ends_on,
            "published_at": instance.published_at,
            "cancelled_because": instance.cancelled_because,
            **self._detail(instance),
        }

    def _detail(self, instance: Campaign) -> dict[str, Any]:
        """Beside the content of one brief: for whom it is, persona by persona, with the revision
        that was meant and the one in force now."""
        if not self.context.get("with_content"):
            return {}
        aims = audience(instance.shown_revision)
        rows = [{"slug": aim.persona.slug, "then": aim.then, "now": aim.now} for aim in aims]
        return {"audience": rows}


class ReaderSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class AcknowledgementSerializer(serializers.Serializer):
    rep = ReaderSerializer()
    acknowledged_at = serializers.DateTimeField()


class ReadersSerializer(serializers.Serializer):
    read = AcknowledgementSerializer(many=True)
    missing = ReaderSerializer(many=True)


class PostponeSerializer(serializers.Serializer):
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class CampaignViewSet(DocumentViewSet):
    queryset = Campaign.objects.all()
    serializer_class = CampaignSerializer
    policy = document_policy(Campaign) | {
        "publish": "campaigns.publish_campaign",
        "acknowledge": "campaigns.acknowledge_campaign",
        "postpone": "campaigns.postpone_campaign",
        "cancel": "campaigns.cancel_campaign",
        "readers": "campaigns.view_campaign",
    }
    filterset_class = CampaignFilter
    ordering_fields = ("title", "id", "starts_on")

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def publish(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Put the agreed brief before every rep."""
        campaign = self.get_object()
        services.publish_campaign(campaign=campaign, by=request.user)
        return self._answer(campaign)

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Say that one has read the revision in force."""
        campaign = self.get_object()
        services.acknowledge_campaign(campaign=campaign, by=request.user)
        return self._answer(campaign)

    @extend_schema(responses=ReadersSerializer)
    @action(detail=True, methods=["get"], pagination_class=None)
    def readers(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Who has read the revision in force, and who is missing."""
        campaign = self.get_object()
        done = campaign.acknowledgements.filter(revision=campaign.document.in_force_id)
        missing = services.missing_readers(campaign) if campaign.is_before_sales else []
        body = {"read": done.select_related("rep"), "missing": missing}
        return Response(ReadersSerializer(body).data)

    @extend_schema(request=PostponeSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def postpone(self, request: ApiRequest, pk: str | None = None) -> Response:
        campaign = self.get_object()
        services.postpone_campaign(
            campaign=campaign, by=request.user, **self._read(PostponeSerializer)
        )
        return self._answer(campaign)

    @extend_schema(request=CancelSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def cancel(self, request: ApiRequest, pk: str | None = None) -> Response:
        campaign = self.get_object()
        services.cancel_campaign(campaign=campaign, by=request.user, **self._read(CancelSerializer))
        return self._answer(campaign)
