"""The API of opportunities, and the act that makes a lead one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from leads.api import LeadViewSet
from leads.opportunities import services
from leads.opportunities.export import export_opportunities
from leads.opportunities.filters import OpportunityFilter, ProductFilter, StageFilter
from leads.opportunities.models import Opportunity, OpportunityStage, Product
from leads.opportunities.serializers import (
    CloseInput,
    ConvertInput,
    MoveInput,
    OpportunityInput,
    OpportunitySerializer,
    OpportunityStageSerializer,
    ProductSerializer,
    ReopenInput,
)
from leads.services.records import WrongValues
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet, ReadOnlyPermittedViewSet
from portal.core.errors import StaleEdit
from portal.core.filters import StrictFilterBackend
from portal.core.preconditions import EtagMixin, PreconditionFailed
from portal.core.spreadsheets import FORMATS

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponseBase
    from rest_framework.serializers import Serializer


def shown(opportunity: Opportunity, request: ApiRequest) -> dict[str, Any]:
    """The opportunity as it is now, as the reader may see it; empty when it left their reach."""
    rows = Opportunity.objects.permitted(request.user, "opportunities.view_opportunity")
    fresh = rows.for_api(request.user).filter(pk=opportunity.pk).first()
    return dict(OpportunitySerializer(fresh, context={"request": request}).data) if fresh else {}


class OpportunityViewSet(EtagMixin, ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    request: ApiRequest
    queryset = Opportunity.objects.all()
    serializer_class = OpportunitySerializer
    filterset_class = OpportunityFilter
    ordering = ("-created_at",)
    ordering_fields = ("created_at", "updated_at", "name", "id")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "opportunities.view_opportunity",
        "retrieve": "opportunities.view_opportunity",
        "create": "opportunities.add_opportunity",
        "partial_update": "opportunities.change_opportunity",
        "stage": "opportunities.move_opportunity",
        "close": "opportunities.close_opportunity",
        "reopen": "opportunities.reopen_opportunity",
        "export": "opportunities.export_opportunity",
    }

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if self.action in {"list", "retrieve"} and hasattr(rows, "for_api"):
            return rows.for_api(self.request.user)
        return rows

    def _answer(self, opportunity: Opportunity, code: int = status.HTTP_200_OK) -> Response:
        """An opportunity that left one's reach answers with nothing in it."""
        body = shown(opportunity, self.request)
        if not body:
            return Response(status=status.HTTP_204_NO_CONTENT)
        response = Response(body, status=code)
        response["ETag"] = f'"{body["id"]}-{body["version"]}"'
        return response

    def _read(self, serializer_class: type[Serializer[Any]], **options: Any) -> dict[str, Any]:
        serializer = serializer_class(
            data=self.request.data, context=self.get_serializer_context(), **options
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def handle_exception(self, exc: Exception) -> Response:
        """Values that cannot be stored are errors of their fields, as anywhere in the API."""
        if isinstance(exc, WrongValues):
            exc = exceptions.ValidationError({name: [text] for name, text in exc.by_field.items()})
        elif isinstance(exc, StaleEdit):
            exc = PreconditionFailed()
        return super().handle_exception(exc)

    # --- writing ------------------------------------------------------------------------------
    # A name of a new company, product or competitor becomes a row while the call is read: what is
    # refused afterwards must take it back.
    @extend_schema(request=OpportunityInput, responses={201: OpportunitySerializer})
    @transaction.atomic
    def create(self, request: ApiRequest) -> Response:
        values = self._read(OpportunityInput)
        made = services.open_opportunity(values=values, by=request.user)
        response = self._answer(made, status.HTTP_201_CREATED)
        if response.data:
            response["Location"] = reverse(f"{self.basename}-detail", args=[made.pk])
        return response

    @extend_schema(
        request=OpportunityInput,
        responses=OpportunitySerializer,
        parameters=[OpenApiParameter("If-Match", str, "header")],
    )
    @transaction.atomic
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        opportunity = self.get_object()
        values = self._read(OpportunityInput, partial=True)
        version = opportunity.version if "If-Match" in request.headers else None
        changed = services.change_opportunity(
            opportunity=opportunity, values=values, by=request.user, version=version
        )
        return self._answer(changed)

    # --- acts ---------------------------------------------------------------------------------
    @extend_schema(request=MoveInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def stage(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Move to another open stage."""
        opportunity = self.get_object()
        moved = services.move_opportunity(
            opportunity=opportunity, by=request.user, **self._read(MoveInput)
        )
        return self._answer(moved)

    @extend_schema(request=CloseInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Won or lost, and why. Neither reason nor competitor is needed to close."""
        opportunity = self.get_object()
        given = self._read(CloseInput)
        at = given.pop("closed_at")
        closed = services.close_opportunity(
            opportunity=opportunity, ending=services.Ending(**given), by=request.user, at=at
        )
        return self._answer(closed)

    @extend_schema(request=ReopenInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: ApiRequest, pk: str | None = None) -> Response:
        opportunity = self.get_object()
        opened = services.reopen_opportunity(
            opportunity=opportunity, by=request.user, **self._read(ReopenInput)
        )
        return self._answer(opened)

    # --- reading more -------------------------------------------------------------------------
    def perform_content_negotiation(self, request: ApiRequest, force: bool = False) -> Any:
        """``?format=csv`` names the file of an export, not a renderer."""
        if self.action == "export":
            return JSONRenderer(), JSONRenderer.media_type
        return super().perform_content_negotiation(request, force)

    @extend_schema(
        parameters=[OpenApiParameter("format", str)],
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: ApiRequest) -> HttpResponseBase:
        """The filtered opportunities as CSV or XLSX (``?format=``), with the columns of the contract."""
        kind = request.query_params.get("format", "csv")
        if kind not in FORMATS:
            raise Http404
        rows = StrictFilterBackend().filter_queryset(request, self.get_queryset(), self)
        return export_opportunities(
            rows=rows, kind=kind, by=request.user, filters=sorted(request.query_params)
        )


class ConvertibleLeadViewSet(LeadViewSet):
    """Leads with ``convert``."""

    policy = LeadViewSet.policy | {"convert": "opportunities.convert_lead"}

    @extend_schema(
        request=ConvertInput, responses={200: OpportunitySerializer, 201: OpportunitySerializer}
    )
    @action(detail=True, methods=["post"])
    @transaction.atomic
    def convert(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The lead becomes an opportunity (201). While it has an open one, that is the answer (200)."""
        lead = self.get_object()
        given = ConvertInput(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        done = services.convert_lead(lead=lead, by=request.user, values=given.validated_data)
        body = shown(done.opportunity, request)
        if not body:
            return Response(status=status.HTTP_204_NO_CONTENT)
        code = status.HTTP_201_CREATED if done.is_new else status.HTTP_200_OK
        response = Response(body, status=code)
        if done.is_new:
            response["Location"] = reverse("opportunity-detail", args=[done.opportunity.pk])
        return response


class ProductViewSet(ReadOnlyPermittedViewSet):
    """What is sold. Managers write it in the admin."""

    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    search_fields = ("name",)
    ordering = ("name",)
    ordering_fields = ("name", "id")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "opportunities.view_product",
        "retrieve": "opportunities.view_product",
    }


class OpportunityStageViewSet(ReadOnlyPermittedViewSet):
    """The stages of a sale, in the order of the board."""

    queryset = OpportunityStage.objects.all()
    serializer_class = OpportunityStageSerializer
    filterset_class = StageFilter
    ordering = ("position",)
    ordering_fields = ("position", "id")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "opportunities.view_opportunitystage",
        "retrieve": "opportunities.view_opportunitystage",
    }
