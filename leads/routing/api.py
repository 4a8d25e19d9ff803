"""``/api/v1/routing-rules/``."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.response import Response

from leads.routing import services
from leads.routing.filters import RuleFilter
from leads.routing.models import RoutingRule
from leads.routing.serializers import RuleSerializer
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import EtagMixin, ListCountMixin, PermittedViewSet
from portal.core.errors import StaleEdit
from portal.core.preconditions import PreconditionFailed


class RuleViewSet(EtagMixin, ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """Which leads go to whom, asked in the order of ``position``. Managers write them."""

    request: ApiRequest
    queryset = RoutingRule.objects.all()
    serializer_class = RuleSerializer
    filterset_class = RuleFilter
    ordering = ("position", "id")
    ordering_fields = ("position", "id")
    lookup_value_regex = r"[0-9]{1,18}"
    policy: ClassVar[dict[str, str]] = {
        "list": "routing.view_routingrule",
        "retrieve": "routing.view_routingrule",
        "create": "routing.add_routingrule",
        "partial_update": "routing.change_routingrule",
        "destroy": "routing.delete_routingrule",
    }

    def handle_exception(self, exc: Exception) -> Response:
        """Somebody else saved first: 412, as for every row with a version."""
        return super().handle_exception(PreconditionFailed() if isinstance(exc, StaleEdit) else exc)

    def _save(self, rule: RoutingRule, **options: Any) -> RoutingRule:
        given = RuleSerializer(
            rule if rule.pk else None,
            data=self.request.data,
            context=self.get_serializer_context(),
            **options,
        )
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        seats = values.pop("seats", None)
        version = rule.version if "If-Match" in self.request.headers else None
        return services.save_rule(
            rule=rule, values=values, seats=seats, by=self.request.user, version=version
        )

    def _answer(self, rule: RoutingRule, code: int = status.HTTP_200_OK) -> Response:
        fresh = RoutingRule.objects.for_list().get(pk=rule.pk)
        response = Response(self.get_serializer(fresh).data, status=code)
        response["ETag"] = self.etag_of(fresh)
        return response

    @extend_schema(request=RuleSerializer, responses={201: RuleSerializer})
    def create(self, request: ApiRequest) -> Response:
        return self._answer(self._save(RoutingRule()), status.HTTP_201_CREATED)

    @extend_schema(
        request=RuleSerializer,
        responses=RuleSerializer,
        parameters=[OpenApiParameter("If-Match", str, "header")],
    )
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        """``seats`` replace those that were named; counting begins anew."""
        return self._answer(self._save(self.get_object(), partial=True))

    @extend_schema(responses={204: None})
    def destroy(self, request: ApiRequest, pk: str | None = None) -> Response:
        services.delete_rule(rule=self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
