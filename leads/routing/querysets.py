"""Reads of rules and absences."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from datetime import date

    from portal.accounts.models import User


class RuleQuerySet(PermittedQuerySet):
    def in_force(self) -> Self:
        return self.filter(is_active=True).order_by("position", "pk")

    def for_list(self) -> Self:
        return self.select_related("territory", "team", "calendar").prefetch_related(
            "seats__person"
        )


class AbsenceQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(person=user)

    def owned_by_team(self, user: User) -> Q:
        members = user._meta.model.teams.through.objects.filter(team__in=user.team_ids)  # type: ignore[attr-defined]
        return Q(person__in=members.values("user"))

    def around(self, day: date) -> Self:
        """Those that may hold at some place on earth on that day."""
        wide = timedelta(days=1)
        return self.filter(first_on__lte=day + wide, last_on__gte=day - wide)

    def for_list(self) -> Self:
        return self.select_related("person")
