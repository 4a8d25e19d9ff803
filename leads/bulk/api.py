"""``POST /api/v1/leads/bulk/`` and ``/api/v1/bulk-acts/``."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, status
from rest_framework.decorators import action
from rest_framework.response import Response

from leads.bulk import services
from leads.bulk.models import BulkAct
from leads.bulk.serializers import BulkActSerializer, BulkOrderSerializer
from leads.capture import References
from leads.filters import LeadFilter
from leads.models import Lead
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ListCountMixin, PermittedViewSet

#: What a call without a reason says in the history.
BY_API = "By the API"


class BulkViewSet(PermittedViewSet):
    """One act on many leads: all of those named, or none."""

    request: ApiRequest
    queryset = BulkAct.objects.all()
    serializer_class = BulkActSerializer
    policy: ClassVar[dict[str, str]] = {"create": "bulk.add_bulkact"}

    @extend_schema(
        request=BulkOrderSerializer, responses={200: BulkActSerializer, 202: BulkActSerializer}
    )
    def create(self, request: ApiRequest) -> Response:
        """200 when it is done; 202 for more than 200 leads, which the background does."""
        given = BulkOrderSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        if not request.user.may(services.ACTIONS[data["act"]]):
            raise exceptions.PermissionDenied
        order = self._order(data)
        act = services.start_bulk_act(order=order, leads=self._leads(data), by=request.user)
        return answer(act)

    def _leads(self, data: dict[str, Any]) -> Any:
        if "ids" in data:
            found = services.choose(data["ids"], act=data["act"], by=self.request.user)
            if found is None:
                raise Http404
            return found
        rows = Lead.objects.permitted(self.request.user, services.ACTIONS[data["act"]])
        filters = LeadFilter(_query(data["filter"]), queryset=rows, request=self.request)
        unknown = {name: ["There is no filter of this name."] for name in filters.unknown()}
        if unknown or not filters.is_valid():
            raise exceptions.ValidationError(unknown or filters.errors)
        return filters.qs

    def _order(self, data: dict[str, Any]) -> services.Order:
        act = BulkAct.Act(data["act"])
        names = {"assign": ("owner",), "stage": ("stage",)}.get(act, ())
        texts = {name: str(data[name] or "") for name in names}
        rows, errors = References(self.request.user).resolve(texts)
        if act in (BulkAct.Act.TAG, BulkAct.Act.UNTAG):
            is_new = act == BulkAct.Act.TAG
            rows["tag"] = services.tag_named(data["tag"], by=self.request.user, make=is_new)
            if rows["tag"] is None:
                errors["tag"] = "There is no tag of this name."
        if errors:
            raise exceptions.ValidationError({name: [text] for name, text in errors.items()})
        reason = data["reason"] or (BY_API if act == BulkAct.Act.ASSIGN else "")
        filters = _query(data.get("filter", {})).urlencode()
        return services.Order(act=act, reason=reason, filters=filters, **rows)


def _query(values: dict[str, str]) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(values)
    return query


def answer(act: BulkAct) -> Response:
    fresh = BulkAct.objects.for_list().get(pk=act.pk)
    code = status.HTTP_202_ACCEPTED if fresh.is_working else status.HTTP_200_OK
    return Response(BulkActSerializer(fresh, context={"with_reasons": True}).data, status=code)


class BulkActViewSet(ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """What was done in bulk, and taking it back within 30 days."""

    queryset = BulkAct.objects.all()
    serializer_class = BulkActSerializer
    ordering = ("-id",)
    ordering_fields = ("id",)
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "bulk.view_bulkact",
        "retrieve": "bulk.view_bulkact",
        "undo": "bulk.undo_bulkact",
    }

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "with_reasons": self.action == "retrieve"}

    @extend_schema(request=None, responses=BulkActSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Put back what nobody changed since; the others are listed with the reason."""
        return answer(services.undo_bulk_act(act=self.get_object(), by=request.user))
