"""Filters of campaigns, for the page and the API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.models import Campaign
from portal.documents.filters import DocumentFilter


class CampaignFilter(DocumentFilter):
    """``state`` is what the dates and decisions say today; ``persona`` is a slug."""

    drawn = ("state",)

    state = filters.ChoiceFilter(method="in_state", choices=Campaign.State.choices, label="State")
    persona = filters.CharFilter(field_name="personas__slug", label="Persona")
    starts_on__gte = filters.DateFilter(field_name="starts_on", lookup_expr="gte")
    starts_on__lte = filters.DateFilter(field_name="starts_on", lookup_expr="lte")

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.in_state(value, timezone.localdate())  # type: ignore[attr-defined]
