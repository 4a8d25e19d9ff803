"""The API of companies, contacts (people with their part) and target lists."""

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

from leads.companies import services
from leads.companies.centre import centre_of
from leads.companies.columns import export_companies
from leads.companies.filters import CompanyFilter, MemberFilter, TargetListFilter
from leads.companies.models import Member, Relation, TargetList
from leads.companies.serializers import (
    AccountsAnswer,
    AccountsInput,
    CompanyInput,
    CompanySerializer,
    GapSerializer,
    MemberInput,
    MemberSerializer,
    PartInput,
    RelationInput,
    RelationSerializer,
    TargetAccountSerializer,
    TargetListInput,
    TargetListSerializer,
)
from leads.companies.services.records import DuplicateCompany
from leads.companies.timeline import timeline_of_company
from leads.models import Company, Lead
from leads.services.records import WrongValues
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet
from portal.core.errors import StaleEdit
from portal.core.filters import StrictFilterBackend
from portal.core.preconditions import EtagMixin, PreconditionFailed
from portal.core.spreadsheets import FORMATS

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponseBase
    from rest_framework.serializers import Serializer

IF_MATCH = OpenApiParameter("If-Match", str, "header")


class WritingViewSet(EtagMixin, ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """What the three have in common: errors by field, stale writes as 412, one answer for a row."""

    request: ApiRequest
    lookup_value_regex = r"[0-9]{1,18}"
    view_action: ClassVar[str] = ""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, WrongValues):
            exc = exceptions.ValidationError({name: [text] for name, text in exc.by_field.items()})
        elif isinstance(exc, StaleEdit):
            exc = PreconditionFailed()
        response = super().handle_exception(exc)
        if isinstance(exc, DuplicateCompany) and isinstance(response.data, dict):
            response.data["errors"] = [
                {"field": exc.field, "code": exc.code, "message": exc.message}
            ]
            response.data["company"] = exc.company.pk
        return response

    def _version(self, row: Any) -> int | None:
        return row.version if "If-Match" in self.request.headers else None

    def _rows(self) -> QuerySet[Any]:
        """Rows as they are answered."""
        rows: Any = self.queryset  # type: ignore[arg-type]
        return rows.all().permitted(self.request.user, self.view_action)

    def _answer(self, row: Any, code: int = status.HTTP_200_OK) -> Response:
        """The row as it is now; one that left the person's reach answers with nothing in it."""
        fresh = self._rows().filter(pk=row.pk).first()
        if fresh is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        response = Response(self.get_serializer(fresh).data, status=code)
        response["ETag"] = self.etag_of(fresh)
        if code == status.HTTP_201_CREATED:
            response["Location"] = reverse(f"{self.basename}-detail", args=[fresh.pk])
        return response

    def _read(self, kind: type[Serializer[Any]], *, partial: bool = False) -> Any:
        given = kind(data=self.request.data, partial=partial, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return given


class CompanyViewSet(WritingViewSet):
    queryset = Company.objects.select_related("owner", "parent")
    serializer_class = CompanySerializer
    filterset_class = CompanyFilter
    ordering = ("-id",)
    ordering_fields = ("id", "name", "created_at", "updated_at")
    view_action = "leads.view_company"
    policy: ClassVar[dict[str, str]] = {
        "list": "leads.view_company",
        "retrieve": "leads.view_company",
        "create": "leads.add_company",
        "partial_update": "leads.change_company",
        "timeline": "leads.view_company",
        "gaps": "companies.view_member",
        "export": "leads.export_company",
    }

    def get_queryset(self) -> QuerySet[Any]:
        """What is missing is asked about a company, which everybody may see who may ask."""
        return self._rows() if self.action == "gaps" else super().get_queryset()

    @extend_schema(request=CompanyInput, responses={201: CompanySerializer})
    def create(self, request: ApiRequest) -> Response:
        prepared = self._read(CompanyInput).prepared
        company = services.create_company(prepared=prepared, by=request.user)
        return self._answer(company, status.HTTP_201_CREATED)

    @extend_schema(request=CompanyInput, responses=CompanySerializer, parameters=[IF_MATCH])
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        company = self.get_object()
        prepared = self._read(CompanyInput, partial=True).prepared
        return self._answer(
            services.change_company(
                company=company,
                prepared=prepared,
                by=request.user,
                version=self._version(company),
            )
        )

    @extend_schema(parameters=[OpenApiParameter("cursor", str)], responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"], pagination_class=None)
    def timeline(self, request: ApiRequest, pk: str | None = None) -> Response:
        """What happened to the company and to its people whom one may see, newest first."""
        cursor = request.query_params.get("cursor", "")
        page = timeline_of_company(self.get_object(), request.user, cursor)
        url = request.build_absolute_uri(request.path)
        lines = [
            {
                "kind": line.entry.kind,
                "at": line.entry.at,
                "actor": line.entry.actor,
                "text": line.entry.text,
                "detail": line.entry.detail,
                "lead": line.entry.lead_id if line.who else None,
                "who": line.who,
            }
            for line in page.lines
        ]
        following = f"{url}?cursor={page.next}" if page.next else None
        return Response({"results": lines, "next": following, "previous": None})

    @extend_schema(responses=GapSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def gaps(self, request: ApiRequest, pk: str | None = None) -> Response:
        """What the buying centre lacks, why it matters and what to do."""
        centre = centre_of(self.get_object(), request.user)
        return Response(GapSerializer(centre.gaps, many=True).data)

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
        """The filtered companies as CSV or XLSX (``?format=``)."""
        kind = request.query_params.get("format", "csv")
        if kind not in FORMATS:
            raise Http404
        rows = StrictFilterBackend().filter_queryset(request, self.get_queryset(), self)
        names = sorted(request.query_params)
        return export_companies(rows=rows, kind=kind, by=request.user, filters=names)


class ContactViewSet(WritingViewSet):
    """People with their part in the buying centre of their company."""

    queryset = Member.objects.for_list()
    serializer_class = MemberSerializer
    filterset_class = MemberFilter
    ordering = ("-id",)
    ordering_fields = ("id",)
    view_action = "companies.view_member"
    policy: ClassVar[dict[str, str]] = {
        "list": "companies.view_member",
        "retrieve": "companies.view_member",
        "create": "companies.add_member",
        "partial_update": "companies.change_member",
        "destroy": "companies.remove_member",
        "verify": "companies.change_member",
        "relations": "companies.change_member",
    }

    @extend_schema(request=MemberInput, responses={201: MemberSerializer})
    def create(self, request: ApiRequest) -> Response:
        """Put a lead into the buying centre of its company; who is in it already is answered."""
        given = self._read(MemberInput)
        leads = Lead.objects.permitted(request.user, "companies.add_member")
        lead = leads.select_related("company").filter(pk=given.validated_data["lead"]).first()
        if lead is None:
            raise exceptions.ValidationError({"lead": ["There is no lead of this id."]})
        if lead.company is None:
            raise exceptions.ValidationError(
                {"lead": ["This lead has no company, so there is no buying centre to join."]}
            )
        member = services.add_member(
            company=lead.company, lead=lead, part=given.part, by=request.user
        )
        return self._answer(member, status.HTTP_201_CREATED)

    @extend_schema(request=PartInput, responses=MemberSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        member = self.get_object()
        part = self._read(PartInput, partial=True).part
        return self._answer(
            services.change_member(
                member=member, part=part, by=request.user, version=self._version(member)
            )
        )

    def destroy(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Take a person out of the buying centre; the lead itself stays."""
        services.remove_member(member=self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=MemberSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Say that what stands here is still so."""
        return self._answer(services.verify_member(member=self.get_object(), by=request.user))

    @extend_schema(request=RelationInput, responses={201: RelationSerializer})
    @action(detail=True, methods=["post"])
    def relations(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Say how this person stands to another of the same buying centre."""
        source = self.get_object()
        given = self._read(RelationInput).validated_data
        mine = Member.objects.permitted(request.user, "companies.change_member")
        target = mine.select_related("company").filter(pk=given["target"]).first()
        if target is None:
            raise exceptions.ValidationError({"target": ["There is nobody of this id."]})
        relation: Relation = services.add_relation(
            source=source, target=target, kind=given["kind"], by=request.user
        )
        return Response(RelationSerializer(relation).data, status=status.HTTP_201_CREATED)


class TargetListViewSet(WritingViewSet):
    queryset = TargetList.objects.select_related("marketing_owner", "sales_owner")
    serializer_class = TargetListSerializer
    filterset_class = TargetListFilter
    ordering = ("-id",)
    ordering_fields = ("id", "name")
    view_action = "companies.view_targetlist"
    policy: ClassVar[dict[str, str]] = {
        "list": "companies.view_targetlist",
        "retrieve": "companies.view_targetlist",
        "create": "companies.add_targetlist",
        "partial_update": "companies.change_targetlist",
        "figures": "companies.view_targetlist",
        "companies": "companies.view_targetlist",
        "accounts": "companies.add_targetaccount",
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Without the number of companies, which a cursor cannot page by."""
        if getattr(self, "swagger_fake_view", False):
            return TargetList.objects.none()
        needed = self.policy["list" if self.action == "count" else self.action]
        scope = "companies.change_targetlist" if self.action == "accounts" else needed
        return self.queryset.all().permitted(self.request.user, scope)

    @extend_schema(request=TargetListInput, responses={201: TargetListSerializer})
    def create(self, request: ApiRequest) -> Response:
        values = self._read(TargetListInput).values
        made = services.create_target_list(values=values, by=request.user)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=TargetListInput, responses=TargetListSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        target_list = self.get_object()
        values = self._read(TargetListInput, partial=True).values
        return self._answer(
            services.change_target_list(
                target_list=target_list,
                values=values,
                by=request.user,
                version=self._version(target_list),
            )
        )

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"], pagination_class=None)
    def figures(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The shared figures: companies, reached, engaged, opportunities, won."""
        return Response(self.get_object().accounts.on_list().figures())

    @extend_schema(responses=TargetAccountSerializer(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def companies(self, request: ApiRequest, pk: str | None = None) -> Response:
        """The companies on the list, newest first, each with how far it has come."""
        rows = self.get_object().accounts.on_list().for_list().with_progress()
        page = self.paginate_queryset(rows)
        context = self.get_serializer_context()
        return self.get_paginated_response(
            TargetAccountSerializer(page, many=True, context=context).data
        )

    @extend_schema(request=AccountsInput, responses=AccountsAnswer)
    @action(detail=True, methods=["post"])
    def accounts(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Put companies on the list and take others off, all or none."""
        target_list = self.get_object()
        given = self._read(AccountsInput).validated_data
        if given["remove"] and not request.user.may("companies.remove_targetaccount"):
            raise exceptions.PermissionDenied
        add, remove = (self._companies(given[name], name) for name in ("add", "remove"))
        removed = services.remove_accounts(
            target_list=target_list, companies=remove, by=request.user
        )
        added = services.add_accounts(
            target_list=target_list,
            companies=add,
            by=request.user,
            tier=given["tier"],
            reason=given["reason"],
        )
        return Response({"added": added, "removed": removed})

    def _companies(self, ids: list[int], name: str) -> list[Company]:
        rows = Company.objects.permitted(self.request.user, "leads.view_company")
        found = list(rows.filter(pk__in=ids))
        if missing := sorted(set(ids) - {company.pk for company in found}):
            shown = ", ".join(str(pk) for pk in missing[:20])
            raise exceptions.ValidationError({name: [f"There is no company with the id {shown}."]})
        return found
