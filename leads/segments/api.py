"""``/api/v1/segments/``."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.decorators import action
from rest_framework.response import Response

from leads.models import Lead
from leads.segments import services
from leads.segments.filters import SegmentListFilter
from leads.segments.membership import condition_of, is_closed_to, size_of, visible_members
from leads.segments.models import Member, Segment
from leads.segments.serializers import (
    MembersSerializer,
    SegmentSerializer,
    SizeSerializer,
    VerdictSerializer,
)
from leads.serializers import LeadSerializer
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet
from portal.core.rest import KeysetPagination


class SegmentViewSet(ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """Segments of leads: read, make, change, fill, count, archive."""

    request: ApiRequest
    queryset = Segment.objects.all()
    serializer_class = SegmentSerializer
    filterset_class = SegmentListFilter
    lookup_value_regex = r"[0-9]{1,18}"
    ordering = ("-id",)
    ordering_fields = ("id",)
    policy: ClassVar[dict[str, str]] = {
        "list": "segments.view_segment",
        "retrieve": "segments.view_segment",
        "create": "segments.add_segment",
        "partial_update": "segments.change_segment",
        "archive": "segments.change_segment",
        "restore": "segments.change_segment",
        "size": "segments.view_segment",
        "members": "segments.view_segment",
        "explain": "segments.view_segment",
        "add": "segments.fill_segment",
        "remove": "segments.fill_segment",
        "fill": "segments.fill_segment",
    }

    def _answer(self, segment: Segment, code: int = status.HTTP_200_OK) -> Response:
        shown = SegmentSerializer(segment, context=self.get_serializer_context())
        return Response(shown.data, status=code)

    def _given(self, **options: Any) -> dict[str, Any]:
        given = SegmentSerializer(
            data=self.request.data, context=self.get_serializer_context(), **options
        )
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    @extend_schema(request=SegmentSerializer, responses={201: SegmentSerializer})
    def create(self, request: ApiRequest) -> Response:
        """A live segment needs a ``filter``; a static one is filled from it once."""
        segment = services.create_segment(owner=request.user, **self._given())
        return self._answer(segment, status.HTTP_201_CREATED)

    @extend_schema(request=SegmentSerializer, responses=SegmentSerializer)
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        segment = self.get_object()
        changes = self._given(instance=segment, partial=True)
        changes.pop("kind", None)
        changed = services.change_segment(segment=segment, by=request.user, changes=changes)
        return self._answer(changed)

    @extend_schema(request=None, responses=SegmentSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: ApiRequest, pk: str | None = None) -> Response:
        return self._answer(services.archive_segment(segment=self.get_object(), by=request.user))

    @extend_schema(request=None, responses=SegmentSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: ApiRequest, pk: str | None = None) -> Response:
        return self._answer(services.restore_segment(segment=self.get_object(), by=request.user))

    # --- members ------------------------------------------------------------------------------
    @extend_schema(operation_id="segments_size_retrieve", responses=SizeSerializer)
    @action(detail=True, methods=["get"], url_path="count", url_name="size")
    def size(self, request: ApiRequest, pk: str | None = None) -> Response:
        """How many leads that you see are in it now."""
        size = size_of(self._open(), request.user)
        return Response({"count": size.count, "exact": not size.is_floor})

    @extend_schema(responses=LeadSerializer(many=True))
    @action(detail=True, methods=["get"])
    def members(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The leads in it that you see, newest first, by cursor."""
        rows = visible_members(self._open(), request.user).for_list()
        pages = KeysetPagination()
        page = pages.paginate_queryset(rows, request, view=self)
        shown = LeadSerializer(page, many=True, context=self.get_serializer_context())
        return pages.get_paginated_response(shown.data)

    def _open(self) -> Segment:
        """The segment, unless it asks by what the reader's role does not see."""
        segment = self.get_object()
        if is_closed_to(segment, self.request.user):
            raise exceptions.PermissionDenied("It asks by fields that your role does not see.")
        return segment

    @extend_schema(
        parameters=[OpenApiParameter("lead", int, required=True)], responses=VerdictSerializer
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def explain(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Whether one lead is in it, and why: each condition in words, met or not."""
        segment, text = self._open(), request.query_params.get("lead", "")
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise exceptions.ValidationError({"lead": ["Give the id of a lead."]})
        rows = Lead.objects.permitted(request.user, "leads.view_lead").select_related("company")
        lead = get_object_or_404(rows, pk=int(text))
        if not segment.is_live:
            is_in = Member.objects.filter(segment=segment, lead=lead).exists()
            said = "has been put into this segment"
            return Response({"member": is_in, "reasons": [{"text": said, "met": is_in}]})
        condition = condition_of(segment)
        if condition is None:
            raise Http404
        verdict = condition.judge(lead)
        reasons = [{"text": reason.text, "met": reason.met} for reason in verdict.reasons]
        return Response({"member": verdict.matches, "reasons": reasons})

    @extend_schema(request=MembersSerializer, responses=SizeSerializer)
    @action(detail=True, methods=["post"])
    def add(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Put leads into a static segment: all that are named, or none."""
        segment, ids = self.get_object(), self._ids()
        rows = Lead.objects.permitted(request.user, "leads.view_lead").filter(pk__in=ids)
        if rows.count() != len(ids):
            raise exceptions.ValidationError({"leads": ["Some of these leads do not exist."]})
        services.add_members(segment=segment, leads=rows, by=request.user)
        return self._size_of(segment)

    @extend_schema(request=MembersSerializer, responses=SizeSerializer)
    @action(detail=True, methods=["post"])
    def remove(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Take leads out of a static segment."""
        segment = self.get_object()
        services.remove_members(segment=segment, lead_ids=self._ids(), by=request.user)
        return self._size_of(segment)

    @extend_schema(request=None, responses={200: SizeSerializer, 202: SizeSerializer})
    @action(detail=True, methods=["post"])
    def fill(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Fill a static segment from its condition again; 202 where that goes on in the background."""
        segment = self.get_object()
        work = services.fill_segment(segment=segment, by=request.user)
        answer = self._size_of(segment)
        answer.status_code = status.HTTP_202_ACCEPTED if work else status.HTTP_200_OK
        return answer

    def _ids(self) -> set[int]:
        given = MembersSerializer(data=self.request.data)
        given.is_valid(raise_exception=True)
        return set(given.validated_data["leads"])

    def _size_of(self, segment: Segment) -> Response:
        size = size_of(segment, self.request.user)
        return Response({"count": size.count, "exact": not size.is_floor})
