"""Funnel definitions and the stages in use, in the API."""

from __future__ import annotations

from typing import ClassVar

from portal.accounts.viewsets import ReadOnlyPermittedViewSet
from portal.documents.api import DocumentViewSet, document_policy
from portal.documents.filters import filter_for
from portal.funnel.filters import StageFilter
from portal.funnel.models import FunnelDefinition, Stage
from portal.funnel.serializers import StageSerializer


class FunnelDefinitionViewSet(DocumentViewSet):
    queryset = FunnelDefinition.objects.all()
    policy = document_policy(FunnelDefinition)
    filterset_class = filter_for(FunnelDefinition)


class StageViewSet(ReadOnlyPermittedViewSet):
    """Stages in their order; ``?is_active=true`` leaves out those that were dropped."""

    queryset = Stage.objects.select_related("revision")
    serializer_class = StageSerializer
    filterset_class = StageFilter
    policy: ClassVar = {"list": "funnel.view_stage", "retrieve": "funnel.view_stage"}
    ordering = ("position",)
    ordering_fields = ("id", "position")
    lookup_value_regex = r"[0-9]{1,18}"
