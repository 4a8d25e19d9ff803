"""The API of leads and touchpoints, as the contract names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from leads import services
from leads.capture import References, assignable
from leads.duplicates import DuplicateLead, refuse_duplicate, refuse_unexplained
from leads.export import export_leads
from leads.filters import LeadFilter, TouchpointFilter
from leads.former import present_id
from leads.given import ELSEWHERE, MOST_AT_ONCE, log_given
from leads.models import Lead, Tag, Touchpoint
from leads.scored import with_scores
from leads.serializers import (
    AssignSerializer,
    EntrySerializer,
    LeadInput,
    LeadSerializer,
    NoteSerializer,
    OptionalReasonSerializer,
    ReasonSerializer,
    RecordedListSerializer,
    SourceToldSerializer,
    StageSerializer,
    TagSerializer,
    TouchpointInput,
    TouchpointSerializer,
)
from leads.services.records import WrongValues
from leads.timeline import timeline_of
from portal.accounts.policy import masked_fields
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet, ReadOnlyPermittedViewSet
from portal.core.errors import RuleViolation, StaleEdit
from portal.core.filters import StrictFilterBackend
from portal.core.openapi import part_of
from portal.core.preconditions import EtagMixin, PreconditionFailed
from portal.core.spreadsheets import FORMATS

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponseBase
    from rest_framework.serializers import Serializer

#: What a call without a reason says in the history.
BY_API = "By the API"


class LeadViewSet(EtagMixin, ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    request: ApiRequest
    queryset = Lead.objects.all()
    serializer_class = LeadSerializer
    filterset_class = LeadFilter
    ordering = ("-created_at",)
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "leads.view_lead",
        "retrieve": "leads.view_lead",
        "create": "leads.add_lead",
        "partial_update": "leads.change_lead",
        "assign": "leads.assign_lead",
        "claim": "leads.claim_lead",
        "stage": "leads.change_stage_lead",
        "lost": "leads.change_stage_lead",
        "reopen": "leads.change_stage_lead",
        "source": "leads.change_lead",
        "notes": "leads.add_note",
        "timeline": "leads.view_lead",
        "export": "leads.export_lead",
    }

    @property
    def ordering_fields(self) -> tuple[str, ...]:
        """Columns with an index; a hidden one would tell by its order."""
        hidden = masked_fields(self.request.user, "leads.lead") if self.request else frozenset()
        return tuple(
            name
            for name in ("created_at", "updated_at", "full_name", "next_step_on", "id")
            if name not in hidden
        )

    def get_queryset(self) -> QuerySet[Any]:
        """A rep who assigns a lead of the pool to themselves claims it."""
        if self.action == "assign" and self._is_for_me():
            mine = super().get_queryset()
            return mine | Lead.objects.permitted(self.request.user, "leads.claim_lead").for_list()
        return with_scores(super().get_queryset().prefetch_related("tags"))

    def _is_for_me(self) -> bool:
        data = self.request.data
        return isinstance(data, dict) and data.get("owner") == self.request.user.pk

    # --- answers ------------------------------------------------------------------------------
    def _answer(self, lead: Lead, code: int = status.HTTP_200_OK) -> Response:
        """The lead as it is now; a lead that left one's reach answers with nothing in it."""
        rows = Lead.objects.permitted(self.request.user, "leads.view_lead").for_list()
        fresh = rows.filter(pk=lead.pk).first()
        if fresh is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        response = Response(
            LeadSerializer(fresh, context=self.get_serializer_context()).data, status=code
        )
        response["ETag"] = self.etag_of(fresh)
        return response

    def _read(self, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def get_object(self) -> Lead:
        """A lead by its number, or by one that it has absorbed."""
        try:
            return super().get_object()
        except Http404:
            there = str(present_id(int(self.kwargs["pk"])))
            if there == self.kwargs["pk"]:
                raise
            self.kwargs["pk"] = there
            return super().get_object()

    def _duplicate_reason(self) -> str:
        """Why a person is added although the portal warned; no field of a lead."""
        data = self.request.data
        given = data.get("duplicate_reason", "") if isinstance(data, dict) else ""
        if not isinstance(given, str) or len(given) > 300:
            raise exceptions.ValidationError(
                {"duplicate_reason": ["Say it in at most 300 characters."]}
            )
        return given.strip()

    def _input(self, *, partial: bool) -> LeadInput:
        data = self.request.data
        if not partial and isinstance(data, dict):
            data = {name: value for name, value in data.items() if name != "duplicate_reason"}
        given = LeadInput(data=data, partial=partial, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return given

    def handle_exception(self, exc: Exception) -> Response:
        """Values that cannot be stored are errors of their fields, as anywhere in the API."""
        if isinstance(exc, WrongValues):
            exc = exceptions.ValidationError({name: [text] for name, text in exc.by_field.items()})
        elif isinstance(exc, StaleEdit):
            exc = PreconditionFailed()
        response = super().handle_exception(exc)
        if isinstance(exc, DuplicateLead) and isinstance(response.data, dict):
            response.data["errors"] = [
                {"field": exc.field, "code": exc.code, "message": exc.message}
            ]
            response.data["lead"] = exc.lead.pk if exc.lead else None
        return response

    # --- writing ------------------------------------------------------------------------------
    @extend_schema(request=LeadInput, responses={201: LeadSerializer})
    def create(self, request: ApiRequest) -> Response:
        reason = self._duplicate_reason()
        prepared = self._input(partial=False).prepared
        refuse_duplicate(prepared, by=request.user)
        apart = refuse_unexplained(prepared, by=request.user, reason=reason)
        made = services.create_lead(
            prepared=prepared,
            by=request.user,
            consent_source="API",
            apart_from=apart,
            apart_because=reason if apart else "",
        )
        response = self._answer(made, status.HTTP_201_CREATED)
        if response.data:
            response["Location"] = reverse(f"{self.basename}-detail", args=[response.data["id"]])
        return response

    @extend_schema(
        request=LeadInput,
        responses=LeadSerializer,
        parameters=[OpenApiParameter("If-Match", str, "header")],
    )
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        lead = self.get_object()
        prepared = self._input(partial=True).prepared
        version = lead.version if "If-Match" in request.headers else None
        return self._answer(
            services.change_lead(
                lead=lead,
                prepared=prepared,
                by=request.user,
                version=version,
                consent_source="API",
            )
        )

    # --- acts ---------------------------------------------------------------------------------
    @extend_schema(request=AssignSerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: ApiRequest, pk: str | None = None) -> Response:
        lead = self.get_object()
        given = self._read(AssignSerializer)
        owner = None
        if given["owner"] is not None:
            owner = assignable(request.user).filter(pk=given["owner"]).first()
            if owner is None:
                raise exceptions.ValidationError(
                    {"owner": ["There is nobody with this id who works on leads."]}
                )
        if owner == request.user and not request.user.reaches_all("leads.assign_lead"):
            return self._answer(services.claim_lead(lead=lead, by=request.user))
        reason = given.get("reason") or BY_API
        return self._answer(
            services.assign_lead(lead=lead, owner=owner, by=request.user, reason=reason)
        )

    @extend_schema(request=None, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Take a lead out of the pool; of several who try at once, one gets it."""
        return self._answer(services.claim_lead(lead=self.get_object(), by=request.user))

    @extend_schema(request=StageSerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def stage(self, request: ApiRequest, pk: str | None = None) -> Response:
        lead = self.get_object()
        given = self._read(StageSerializer)
        rows, errors = References(request.user).resolve({"stage": given["stage"]})
        if errors:
            raise exceptions.ValidationError({name: [text] for name, text in errors.items()})
        return self._answer(
            services.change_stage(
                lead=lead, stage=rows["stage"], by=request.user, reason=given["reason"]
            )
        )

    @extend_schema(request=ReasonSerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def lost(self, request: ApiRequest, pk: str | None = None) -> Response:
        lead = self.get_object()
        return self._answer(
            services.mark_lost(lead=lead, by=request.user, **self._read(ReasonSerializer))
        )

    @extend_schema(request=OptionalReasonSerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: ApiRequest, pk: str | None = None) -> Response:
        lead = self.get_object()
        return self._answer(
            services.reopen_lead(lead=lead, by=request.user, **self._read(OptionalReasonSerializer))
        )

    @extend_schema(request=SourceToldSerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def source(self, request: ApiRequest, pk: str | None = None) -> Response:
        """What they answered to "How did you hear about us?"."""
        lead = self.get_object()
        given = self._read(SourceToldSerializer)
        return self._answer(services.set_source_told(lead=lead, by=request.user, **given))

    @extend_schema(request=NoteSerializer, responses={201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def notes(self, request: ApiRequest, pk: str | None = None) -> Response:
        note = services.add_note(
            lead=self.get_object(), by=request.user, **self._read(NoteSerializer)
        )
        return Response(
            {"id": note.pk, "body": note.body, "created_at": note.created_at},
            status.HTTP_201_CREATED,
        )

    # --- reading more -------------------------------------------------------------------------
    @extend_schema(parameters=[OpenApiParameter("cursor", str)], responses=part_of(EntrySerializer))
    @action(detail=True, methods=["get"], pagination_class=None)
    def timeline(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Everything that happened, newest first, 50 lines at a time."""
        page = timeline_of(self.get_object(), request.user, request.query_params.get("cursor", ""))
        url = request.build_absolute_uri(request.path)
        following = f"{url}?cursor={page.next}" if page.next else None
        return Response(
            {
                "results": EntrySerializer(page.entries, many=True).data,
                "next": following,
                "previous": None,
            }
        )

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
        """The filtered leads as CSV or XLSX (``?format=``), with the columns of the contract."""
        kind = request.query_params.get("format", "csv")
        if kind not in FORMATS:
            raise Http404
        rows = StrictFilterBackend().filter_queryset(request, self.get_queryset(), self)
        asked = sorted(set(request.query_params) - {"format"})
        return export_leads(rows=rows, kind=kind, by=request.user, filters=asked)


class TagViewSet(ReadOnlyPermittedViewSet):
    """The words that hang on leads. A new one is made by tagging with it."""

    queryset = Tag.objects.all()
    serializer_class = TagSerializer
    search_fields = ("name",)
    ordering = ("id",)
    ordering_fields = ("id", "name")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {"list": "leads.view_tag", "retrieve": "leads.view_tag"}


class TouchpointViewSet(ReadOnlyPermittedViewSet):
    """Read, log one, log many. What happened is never changed or deleted."""

    request: ApiRequest
    queryset = Touchpoint.objects.select_related("by", "campaign")
    serializer_class = TouchpointSerializer
    filterset_class = TouchpointFilter
    ordering = ("-id",)
    ordering_fields = ("id",)
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "leads.view_touchpoint",
        "retrieve": "leads.view_touchpoint",
        "create": "leads.log_touchpoint",
        "batch": "leads.log_touchpoint",
        "restore": "leads.restore_touchpoint",
    }

    @extend_schema(request=TouchpointInput, responses={201: TouchpointSerializer})
    def create(self, request: ApiRequest) -> Response:
        """Log a touch; the same ``external_id`` of a system again answers with the first.

        A moment in the past is fine, however late it comes. Without a lead it is what the
        ``visitor`` did, and joins the person as soon as they are known.
        """
        given = TouchpointInput(data=request.data)
        given.is_valid(raise_exception=True)
        logged = log_given([given.validated_data], by=request.user)[0]
        rows = Touchpoint.objects.permitted(request.user, "leads.log_touchpoint")
        touchpoint = rows.select_related("by", "campaign").filter(pk=logged.touchpoint.pk).first()
        if touchpoint is None:
            raise RuleViolation(ELSEWHERE, code="duplicate")
        return Response(TouchpointSerializer(touchpoint).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TouchpointInput(many=True), responses=RecordedListSerializer)
    @action(detail=False, methods=["post"])
    def batch(self, request: ApiRequest) -> Response:
        """Log up to 1,000 touches: all of them, or none when one is wrong."""
        items = request.data
        if not isinstance(items, list) or not 1 <= len(items) <= MOST_AT_ONCE:
            raise exceptions.ValidationError(
                {"non_field_errors": [f"Send a list of 1 to {MOST_AT_ONCE:,} touchpoints."]}
            )
        given = [TouchpointInput(data=item) for item in items]
        wrong = {
            f"{place}.{name}": messages
            for place, each in enumerate(given)
            if not each.is_valid()
            for name, messages in each.errors.items()
        }
        if wrong:
            raise exceptions.ValidationError(wrong)
        logged = log_given([each.validated_data for each in given], by=request.user)
        return Response({"results": [_line(each) for each in logged]})

    @extend_schema(request=ReasonSerializer, responses=TouchpointSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Let a touch count again that was taken for a machine's."""
        given = ReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        touchpoint = services.restore_touchpoint(
            touchpoint=self.get_object(), by=request.user, **given.validated_data
        )
        return Response(TouchpointSerializer(touchpoint).data)


def _line(logged: services.Recorded) -> dict[str, Any]:
    state = "created" if logged.is_new else "repeated"
    kept = logged.touchpoint
    return {"id": kept.pk, "external_id": kept.external_id, "status": state}
