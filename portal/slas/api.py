"""SLAs and the clocks that run under them, in the API."""

from __future__ import annotations

from typing import ClassVar

from portal.accounts.viewsets import ReadOnlyPermittedViewSet
from portal.documents.api import DocumentViewSet, document_policy
from portal.documents.filters import filter_for
from portal.slas.filters import ClockFilter
from portal.slas.models import Clock, Sla
from portal.slas.serializers import ClockSerializer


class SlaViewSet(DocumentViewSet):
    queryset = Sla.objects.all()
    policy = document_policy(Sla)
    filterset_class = filter_for(Sla)


class ClockViewSet(ReadOnlyPermittedViewSet):
    """Time that runs, or ran, towards a commitment. Clocks are started by what is timed."""

    queryset = Clock.objects.all()
    serializer_class = ClockSerializer
    filterset_class = ClockFilter
    policy: ClassVar = {"list": "slas.view_clock", "retrieve": "slas.view_clock"}
    ordering = ("-id",)
    ordering_fields = ("id", "due_at", "started_at")
    lookup_value_regex = r"[0-9]{1,18}"
