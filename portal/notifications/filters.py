"""Filters of notifications."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from portal.core.filters import StrictFilterSet
from portal.notifications.models import Notification


class NotificationFilter(StrictFilterSet):
    """``kind``, ``is_read``, dates."""

    kind = filters.CharFilter(max_length=40, label="Kind")
    is_read = filters.BooleanFilter(method="by_is_read", label="Read")

    class Meta:
        model = Notification
        fields = {"created_at": ["gte", "lte"]}  # noqa: RUF012 (django-filter reads a plain dict)

    def by_is_read(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(read_at__isnull=not value)
