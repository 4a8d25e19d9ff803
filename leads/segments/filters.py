"""``?segment=`` on lists of leads, and the filters of the list of segments."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from leads.segments.membership import find_open, membership
from leads.segments.models import Segment
from portal.core.filters import StrictFilterSet
from portal.core.listing import counts_with_patience


class SegmentFilter(filters.CharFilter):
    """The leads of one segment, by its slug or id."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        segment = find_open(value, self.parent.user)
        self.parent.names["segment"] = segment.name
        return counts_with_patience(qs.filter(membership(segment)))


class SegmentListFilter(StrictFilterSet):
    kind = filters.ChoiceFilter(choices=Segment.Kind.choices, label="Kind")
    slug = filters.CharFilter(label="Slug, exactly")
    archived = filters.BooleanFilter(
        field_name="archived_at", lookup_expr="isnull", exclude=True, label="Archived"
    )

    class Meta:
        model = Segment
        fields: tuple[str, ...] = ()
