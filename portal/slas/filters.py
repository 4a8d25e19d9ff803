"""Filters of clocks."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.roles import Department
from portal.core.filters import StrictFilterSet
from portal.slas.agreement import COMMITMENTS
from portal.slas.models import Clock
from portal.slas.querysets import ClockQuerySet

#: The largest id that a database holds; anything above matches nothing.
MOST = 2**63 - 1
STATES = (("running", "Running"), ("met", "Met"), ("missed", "Missed"))


class ClockFilter(StrictFilterSet):
    """``state`` is met, missed or running; ``owner`` an id or ``me``."""

    commitment = filters.ChoiceFilter(choices=COMMITMENTS, label="Commitment")
    department = filters.ChoiceFilter(choices=Department.choices, label="Owed by")
    owner = filters.CharFilter(method="by_owner", label="Owner")
    state = filters.ChoiceFilter(choices=STATES, method="by_state", label="State")

    class Meta:
        model = Clock
        fields: ClassVar = {
            "started_at": ["gte", "lt"],
            "due_at": ["gte", "lt"],
            "stopped_at": ["gte", "lt", "isnull"],
        }

    def by_owner(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "me":
            return rows.filter(owner=self.request.user)
        if value.isascii() and value.isdigit() and int(value) <= MOST:
            return rows.filter(owner=int(value))
        return rows.none()

    def by_state(self, rows: ClockQuerySet, name: str, value: str) -> ClockQuerySet:
        return rows.in_state(value, timezone.now())
