"""Filters of tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters as filters

from portal.core.filters import StrictFilterSet
from portal.todo.models import Task

if TYPE_CHECKING:
    from portal.todo.querysets import TaskQuerySet

#: The largest id that a database holds; anything above matches nothing.
MOST = 2**63 - 1


class TaskFilter(StrictFilterSet):
    """``kind``, ``owner`` (an id, or ``me``), ``is_done``, dates."""

    kind = filters.ChoiceFilter(choices=Task.Kind.choices, label="Kind")
    owner = filters.CharFilter(method="by_owner", label="Owner")
    is_done = filters.BooleanFilter(method="by_is_done", label="Done")

    class Meta:
        model = Task
        fields = {  # noqa: RUF012 (django-filter reads a plain dict)
            "due_at": ["gte", "lte", "isnull"],
            "created_at": ["gte", "lte"],
            "done_at": ["gte", "lte"],
        }

    def by_owner(self, rows: TaskQuerySet, name: str, value: str) -> TaskQuerySet:
        if value == "me":
            return rows.owed_by(self.request.user)
        if value.isascii() and value.isdigit() and int(value) <= MOST:
            return rows.filter(owner=int(value))
        return rows.none()

    def by_is_done(self, rows: TaskQuerySet, name: str, value: bool) -> TaskQuerySet:
        return rows.done() if value else rows.open()
