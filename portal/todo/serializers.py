"""Tasks as the API shows them."""

from __future__ import annotations

from rest_framework import serializers

from portal.todo.models import Task


class TaskSerializer(serializers.ModelSerializer):
    """``owner`` is a person's id; ``is_overdue`` is judged now."""

    is_overdue = serializers.BooleanField(read_only=True)

    class Meta:
        model = Task
        fields = (
            "id",
            "kind",
            "title",
            "url",
            "owner",
            "due_at",
            "created_at",
            "done_at",
            "is_overdue",
        )
