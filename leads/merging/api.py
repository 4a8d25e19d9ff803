"""The API of duplicates: pairs, merging one lead into another, undoing it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.decorators import action
from rest_framework.response import Response

from leads.api import LeadViewSet
from leads.former import present_id
from leads.merging import services
from leads.merging.choosing import Side
from leads.merging.filters import CandidateFilter, MergeFilter
from leads.merging.models import Candidate, Merge
from leads.merging.serializers import (
    ApartSerializer,
    CandidateSerializer,
    MergeInputSerializer,
    MergeSerializer,
)
from leads.models import Lead
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet


class CandidateViewSet(ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """Pairs that may be one person, both of which the caller sees; strongest first."""

    request: ApiRequest
    queryset = Candidate.objects.all()
    serializer_class = CandidateSerializer
    filterset_class = CandidateFilter
    ordering = ("-strength", "-id")
    ordering_fields = ("strength", "found_at", "id")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "merging.view_candidate",
        "retrieve": "merging.view_candidate",
        "not_duplicate": "merging.tell_apart_candidate",
        "again": "merging.tell_apart_candidate",
    }

    @extend_schema(request=ApartSerializer, responses=CandidateSerializer)
    @action(detail=True, methods=["post"], url_path="not-duplicate")
    def not_duplicate(self, request: ApiRequest, pk: str | None = None) -> Response:
        """These are two people; nobody is asked about them again."""
        given = ApartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        pair = services.tell_apart(
            candidate=self.get_object(), by=request.user, **given.validated_data
        )
        return Response(self.get_serializer(pair).data)

    @extend_schema(request=None, responses=CandidateSerializer)
    @action(detail=True, methods=["post"])
    def again(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Take "not a duplicate" back."""
        pair = services.ask_again(candidate=self.get_object(), by=request.user)
        return Response(self.get_serializer(pair).data)


class MergeableLeadViewSet(LeadViewSet):
    """Leads with ``merge``."""

    policy = LeadViewSet.policy | {"merge": "merging.merge_lead"}

    @extend_schema(request=MergeInputSerializer, responses=MergeSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: ApiRequest, pk: str | None = None) -> Response:
        """This lead goes, the one named in ``into`` stays; the answer is the merge, for its undoing."""
        lost = self.get_object()
        given = MergeInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        rows = Lead.objects.permitted(request.user, "merging.merge_lead")
        kept = rows.filter(pk=present_id(wanted["into"])).first()
        if kept is None:
            raise exceptions.ValidationError({"into": ["There is no lead of this number."]})
        wish = services.Wish(
            choices=services.wishes_of(wanted["keep"], mine=Side.LOST),
            reason=wanted["reason"],
            assign=wanted["assign"],
        )
        merge = services.merge_leads(lost=lost, kept=kept, by=request.user, wish=wish)
        shown = MergeSerializer(merge, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_200_OK)


class MergeViewSet(ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """What was merged, and undoing it."""

    request: ApiRequest
    queryset = Merge.objects.all()
    serializer_class = MergeSerializer
    filterset_class = MergeFilter
    ordering = ("-id",)
    ordering_fields = ("id",)
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "merging.view_merge",
        "retrieve": "merging.view_merge",
        "undo": "merging.undo_merge",
    }

    def get_queryset(self) -> Any:
        """Undoing asks for both: the right to undo, and the lead in sight."""
        if self.action == "undo" and not getattr(self, "swagger_fake_view", False):
            return Merge.objects.to_undo(self.request.user).for_list()
        return super().get_queryset()

    @extend_schema(request=None, responses=MergeSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Both leads come back; ``report`` lists what could not."""
        merge = services.undo_merge(merge=self.get_object(), by=request.user)
        fresh = get_object_or_404(Merge.objects.for_list(), pk=merge.pk)
        return Response(self.get_serializer(fresh).data)
