"""The API of handoffs, and the act that offers a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.response import Response

from leads.api import LeadViewSet
from leads.handoffs import services
from leads.handoffs.filters import HandoffFilter
from leads.handoffs.models import Handoff
from leads.handoffs.serializers import (
    HandoffSerializer,
    OfferInput,
    PassOnInput,
    RejectInput,
    ReviewInput,
    WithdrawInput,
)
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet

if TYPE_CHECKING:
    from rest_framework.serializers import Serializer


def shown(handoff: Handoff, request: ApiRequest, code: int = status.HTTP_200_OK) -> Response:
    """The handoff as it is now; nothing when it left the caller's reach."""
    rows = Handoff.objects.permitted(request.user, "handoffs.view_handoff").for_record()
    fresh = rows.filter(pk=handoff.pk).first()
    if fresh is None:
        return Response(status=status.HTTP_204_NO_CONTENT)
    return Response(HandoffSerializer(fresh, context={"request": request}).data, status=code)


class HandoffViewSet(ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """Offers of leads to sales. A lead is offered at ``/leads/ID/handoff/``."""

    request: ApiRequest
    queryset = Handoff.objects.select_related("revision", "contact_clock", "reviewed_by").defer(
        "revision__content"
    )
    serializer_class = HandoffSerializer
    filterset_class = HandoffFilter
    ordering = ("-id",)
    ordering_fields = ("id", "offered_at")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "handoffs.view_handoff",
        "retrieve": "handoffs.view_handoff",
        "accept": "handoffs.accept_handoff",
        "reject": "handoffs.reject_handoff",
        "withdraw": "handoffs.withdraw_handoff",
        "pass_on": "handoffs.pass_on_handoff",
        "review": "handoffs.review_handoff",
    }

    def _read(self, kind: type[Serializer[Any]]) -> dict[str, Any]:
        given = kind(data=self.request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    @extend_schema(request=None, responses=HandoffSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Take the lead on; the clock of the first contact begins."""
        handoff = services.accept_handoff(handoff=self.get_object(), by=request.user)
        return shown(handoff, request)

    @extend_schema(request=RejectInput, responses=HandoffSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Give the lead back: procedural, clerical or definitional."""
        handoff = self.get_object()
        return shown(
            services.reject_handoff(handoff=handoff, by=request.user, **self._read(RejectInput)),
            request,
        )

    @extend_schema(request=WithdrawInput, responses=HandoffSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Take the offer back before it is answered."""
        handoff = self.get_object()
        given = self._read(WithdrawInput)
        return shown(services.withdraw_handoff(handoff=handoff, by=request.user, **given), request)

    @extend_schema(request=PassOnInput, responses=HandoffSerializer)
    @action(detail=True, methods=["post"], url_path="pass-on")
    def pass_on(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Ask somebody else; the answer is the new handoff."""
        handoff = self.get_object()
        given = self._read(PassOnInput)
        return shown(services.pass_on_handoff(handoff=handoff, by=request.user, **given), request)

    @extend_schema(request=ReviewInput, responses=HandoffSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: ApiRequest, pk: str | None = None) -> Response:
        """What both sides found about a rejection by the definition."""
        handoff = self.get_object()
        given = self._read(ReviewInput)
        return shown(services.review_handoff(handoff=handoff, by=request.user, **given), request)


class OfferableLeadViewSet(LeadViewSet):
    """Leads with ``handoff``."""

    policy = LeadViewSet.policy | {"handoff": "handoffs.offer_lead"}

    @extend_schema(request=OfferInput, responses={201: HandoffSerializer})
    @action(detail=True, methods=["post"])
    def handoff(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Offer the lead to sales. Whoever calls vouches for what the portal cannot check."""
        lead = self.get_object()
        given = OfferInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        made = services.offer_lead(lead=lead, by=request.user, **given.validated_data)
        response = shown(made, request, status.HTTP_201_CREATED)
        response["Location"] = reverse("handoff-detail", args=[made.pk])
        return response
