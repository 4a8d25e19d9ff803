"""The API of tasks."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ReadOnlyPermittedViewSet
from portal.todo import services
from portal.todo.filters import TaskFilter
from portal.todo.models import Task
from portal.todo.serializers import TaskSerializer


class TaskViewSet(ReadOnlyPermittedViewSet):
    """What one owes; for managers also what their people owe."""

    queryset = Task.objects.all()
    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    ordering = ("-id",)
    ordering_fields = ("id", "created_at")
    lookup_value_regex = r"[0-9]{1,18}"
    policy = {  # noqa: RUF012 (the router reads a plain dict)
        "list": "todo.view_task",
        "retrieve": "todo.view_task",
        "complete": "todo.complete_task",
    }

    @extend_schema(request=None, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Tick off a task of kind ``other``; the others close by themselves."""
        return Response(self.get_serializer(services.complete_task(task=self.get_object())).data)
