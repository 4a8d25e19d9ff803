"""``/api/v1/imports/``."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from leads.intake import services
from leads.intake.filters import ImportFilter
from leads.intake.kinds import UnknownKind
from leads.intake.models import Import
from leads.intake.serializers import ImportSerializer, NewImportSerializer
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet
from portal.core.errors import RuleViolation


class ImportViewSet(ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """Upload files, see how far they are, stop them."""

    queryset = Import.objects.select_related("job")
    serializer_class = ImportSerializer
    filterset_class = ImportFilter
    parser_classes = (MultiPartParser,)
    lookup_value_regex = r"[0-9]{1,18}"
    ordering = ("-pk",)
    ordering_fields = ("id",)
    policy: ClassVar[dict[str, str]] = {
        "list": "intake.view_import",
        "retrieve": "intake.view_import",
        "create": "intake.add_import",
        "start": "intake.start_import",
        "cancel": "intake.cancel_import",
        "undo": "intake.undo_import",
    }

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("job")

    @extend_schema(
        request=NewImportSerializer, responses={201: ImportSerializer, 200: ImportSerializer}
    )
    def create(self, request: ApiRequest) -> Response:
        """201 with the new import; 200 with the one that this very file already made a moment ago."""
        given = NewImportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        then = {"act": "check" if data["dry_run"] else "apply", "mapping": data["mapping"]}
        try:
            run, is_new = services.upload_import(
                content=data["file"],
                filename=data["file"].name,
                kind=data["kind"],
                by=request.user,
                then=then,
            )
        except UnknownKind as error:
            raise exceptions.ValidationError({"kind": [str(error)]}) from None
        except RuleViolation as error:
            if error.code == "too_large":
                raise exceptions.ValidationError({"file": [error.message]}) from None
            raise
        run.refresh_from_db()
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(ImportSerializer(run).data, status=code)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: ApiRequest, pk: str) -> Response:
        """Bring the rows in, or go on after a stop."""
        run = services.start_import(run=self.get_object(), by=request.user)
        return Response(ImportSerializer(run).data)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: ApiRequest, pk: str) -> Response:
        """Stop; rows brought in until then are kept."""
        run = services.cancel_import(run=self.get_object(), by=request.user)
        return Response(ImportSerializer(run).data)

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: ApiRequest, pk: str) -> Response:
        """Take the import back as a whole, but for what people changed since."""
        run = services.undo_import(run=self.get_object(), by=request.user)
        return Response(ImportSerializer(run).data)
