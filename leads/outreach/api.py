"""Filling in and using a talking point: the acts of the API that stand on leads."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from campaigns.talking_points.api import TalkingPointViewSet
from leads.models import Lead
from leads.outreach import services
from leads.outreach.models import Use
from portal.accounts.requests import ApiRequest

#: Rows of uses that one answer holds.
MOST_USES = 50


class RenderSerializer(serializers.Serializer):
    lead = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class UseSerializer(RenderSerializer):
    channel = serializers.ChoiceField(choices=Use.Channel.choices)
    revision = serializers.IntegerField(required=False, min_value=1, max_value=2**31)


class RateSerializer(serializers.Serializer):
    """How one of one's own uses went; a rating, what was changed, or both."""

    use = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    changed_because = serializers.CharField(max_length=500, required=False, allow_blank=True)


class UseRowSerializer(serializers.ModelSerializer):
    """One use; ``revision`` is the number that was read."""

    revision = serializers.IntegerField(source="revision.number")
    by = serializers.CharField(source="by.name")

    class Meta:
        model = Use
        fields = (
            "id", "lead", "talking_point", "revision", "by", "channel", "used_at", "rating",
            "changed_because", "rated_at",
        )  # fmt: skip


class UsableTalkingPointViewSet(TalkingPointViewSet):
    """Talking points with ``render``, ``use``, ``rate`` and ``uses``."""

    policy = TalkingPointViewSet.policy | {
        "render_for_lead": "talking_points.use_talkingpoint",
        "use": "talking_points.use_talkingpoint",
        "rate": "talking_points.rate_talkingpoint",
        "uses": "talking_points.view_talkingpoint",
    }

    def _lead(self, pk: int) -> Lead:
        rows = Lead.objects.permitted(self.request.user, "leads.view_lead")
        return get_object_or_404(
            rows.select_related("company", "campaign", "persona", "stage"), pk=pk
        )

    @extend_schema(request=RenderSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="render", url_name="render")
    def render_for_lead(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The text filled in for a lead, with the names of what is missing."""
        point = self.get_object()
        lead = self._lead(self._read(RenderSerializer)["lead"])
        filled = services.fill_for(talking_point=point, lead=lead, sender=request.user)
        return Response(
            {
                "revision": filled.revision.number,
                "subject": filled.subject.text,
                "body": filled.body.text,
                "missing": filled.holes,
                "usable": not filled.holes,
            }
        )

    @extend_schema(request=UseSerializer, responses={201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def use(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Log one use on a lead; refused (409) with a hole in the text."""
        point = self.get_object()
        given: dict[str, Any] = self._read(UseSerializer)
        lead = self._lead(given.pop("lead"))
        use = services.use_talking_point(talking_point=point, lead=lead, by=request.user, **given)
        return Response(UseRowSerializer(use).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RateSerializer, responses=UseRowSerializer)
    @action(detail=True, methods=["post"])
    def rate(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Say how one's own use went, from 1 to 5, and what was changed and why."""
        point = self.get_object()
        given: dict[str, Any] = self._read(RateSerializer)
        rows = Use.objects.permitted(request.user, "leads.view_lead").filter(by=request.user)
        use = get_object_or_404(rows.for_rating(), pk=given["use"], talking_point=point)
        services.rate_use(
            use=use,
            by=request.user,
            rating=given.get("rating"),
            changed_because=given.get("changed_because", ""),
        )
        return Response(UseRowSerializer(use).data)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"], pagination_class=None)
    def uses(self, request: ApiRequest, pk: str | None = None) -> Response:
        """How it is used: counts for all, the newest rows only of leads that one may see."""
        point = self.get_object()
        rows = Use.objects.permitted(request.user, "leads.view_lead").filter(talking_point=point)
        newest = rows.select_related("by", "revision")[:MOST_USES]
        results = UseRowSerializer(newest, many=True).data
        return Response({"summary": point.uses.summary(), "results": results})
