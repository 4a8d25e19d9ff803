"""Filters that compare a moment of a record with a moment or a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, DateTimeField, Exists, F, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from leads.models import Lead
from portal.core.moments import is_possible

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
MOMENT_LOOKUPS = ("gte", "gt", "lte", "lt", "date")


class MomentField(forms.CharField):
    """A day or a moment (ISO 8601). A day stays a day, so that "up to" can mean its end."""

    def clean(self, value: Any) -> date | datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            value = date.fromisoformat(text) if len(text) == 10 else self._moment(text)
            if not is_possible(value):
                raise ValueError
        except ValueError:
            raise ValidationError(
                "Write a day like 2026-03-31 or a moment like 2026-03-31T08:00:00Z."
            ) from None
        return value

    @staticmethod
    def _moment(text: str) -> datetime:
        moment = parse_datetime(text.replace(" ", "+") if "T" in text else text)
        if moment is None:
            raise ValueError
        return moment if moment.tzinfo else timezone.make_aware(moment)


class MomentFilter(filters.Filter):
    """Compares a moment with a moment, or with a whole day in the reader's zone."""

    field_class = MomentField
    #: How to say the same of the column by which lists are ordered, where that follows.
    narrow: Callable[[datetime], Q] | None = None

    def filter(self, qs: QuerySet[Any], value: date | datetime | None) -> QuerySet[Any]:
        if value is None:
            return qs
        bounds = self._bounds(value)
        ends = [moment for sign, moment in bounds.items() if sign in {"lt", "lte", "exact"}]
        if ends and self.narrow:
            qs = qs.filter(self.narrow(ends[0]))
        return qs.filter(
            **{f"{self.field_name}__{sign}": moment for sign, moment in bounds.items()}
        )

    def _bounds(self, value: date | datetime) -> dict[str, datetime]:
        if isinstance(value, datetime):
            return {"exact" if self.lookup_expr == "date" else self.lookup_expr: value}
        start = timezone.make_aware(datetime.combine(value, time()))
        end = timezone.make_aware(datetime.combine(value + timedelta(days=1), time()))
        return {
            "gte": {"gte": start},
            "gt": {"gte": end},
            "lte": {"lt": end},
            "lt": {"lt": start},
            "date": {"gte": start, "lt": end},
        }[self.lookup_expr]


def came_before(moment: datetime) -> Q:
    """True of every lead that last changed before the moment. It tells the database where in the
    order of creation they begin, which its statistics do not. Data that says otherwise is looked for
    by an index of its own, and where there is any, nothing is said.
    """
    odd = Exists(Lead.objects.order_by().filter(created_at__gt=F("updated_at")))
    end = Case(When(odd, then=Value(NEVER)), default=Value(moment), output_field=DateTimeField())
    return Q(created_at__lte=end)


def moments(column: str) -> dict[str, filters.Filter]:
    return {
        f"{column}__{sign}": MomentFilter(field_name=column, lookup_expr=sign)
        for sign in MOMENT_LOOKUPS
    }
