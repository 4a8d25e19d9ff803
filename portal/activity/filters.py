"""Filters of the audit trail, shared by page and API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q

from portal.accounts.models import User
from portal.activity.models import Activity
from portal.activity.reading import kinds_in_words
from portal.core.filters import StrictFilterSet


def _kinds() -> list[tuple[str, str]]:
    return [("", "Any kind of record"), *kinds_in_words()]


class ActivityFilter(StrictFilterSet):
    """Who did what to what, and when."""

    actor = filters.ModelChoiceFilter(queryset=lambda request: _people(request), label="Who")
    verb = filters.CharFilter(label="What was done", max_length=40, method="done")
    subject_type = filters.CharFilter(
        label="Kind of record",
        max_length=60,
        widget=forms.Select(choices=_kinds),  # type: ignore[arg-type]  # asked anew for each form
    )
    subject_id = filters.NumberFilter(
        label="Number of the record", min_value=0, max_value=2**63 - 1
    )
    at__gte = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte", label="From")
    at__lt = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt", label="Before")

    class Meta:
        model = Activity
        fields = ()

    def done(self, rows: Any, name: str, value: str) -> Any:
        """By the words shown ("Exported leads") and by the word stored (exported_leads)."""
        stored = "_".join(value.lower().split())
        return rows.filter(Q(verb__istartswith=value) | Q(verb__istartswith=stored))


def _people(request: Any) -> Any:
    if request is None:
        return User.objects.none()
    return User.objects.permitted(request.user, "accounts.view_user")
