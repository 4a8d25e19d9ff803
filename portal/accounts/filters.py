"""Filters of people and teams, shared by pages and API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q

from portal.accounts.models import Team, User, UserQuerySet
from portal.accounts.roles import Department, Role
from portal.core.filters import StrictFilterSet


class PeopleFilter(StrictFilterSet):
    """``q`` looks in name, e-mail and title."""

    q = filters.CharFilter(method="by_words", label="Search")
    role = filters.ChoiceFilter(choices=Role.choices, label="Role", empty_label="Any role")
    department = filters.ChoiceFilter(
        choices=Department.choices, label="Department", empty_label="Any department"
    )
    team = filters.ModelChoiceFilter(
        field_name="teams",
        queryset=lambda request: _teams(request),
        label="Team",
        empty_label="Any team",
    )

    class Meta:
        model = User
        fields = ()

    def by_words(self, rows: UserQuerySet, name: str, value: str) -> UserQuerySet:
        for word in value[:100].split()[:5]:
            rows = rows.filter(
                Q(name__icontains=word) | Q(email__icontains=word) | Q(title__icontains=word)
            )
        return rows


class UserFilter(PeopleFilter):
    """The API also finds people who have been deactivated."""

    is_active = filters.BooleanFilter(label="May sign in")
    email = filters.CharFilter(lookup_expr="iexact", label="E-mail")


class TeamFilter(StrictFilterSet):
    department = filters.ChoiceFilter(choices=Department.choices, label="Department")

    class Meta:
        model = Team
        fields = ()


def _teams(request: Any) -> Any:
    if request is None:
        return Team.objects.none()
    return Team.objects.permitted(request.user, "accounts.view_team")
