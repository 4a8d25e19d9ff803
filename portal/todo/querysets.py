"""Reads of what is owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from datetime import datetime


class TaskQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(owner=user)

    def owned_by_team(self, user: User) -> Q:
        """What the people of a manager's teams owe; without teams, the people of the department."""
        if not user.team_ids:
            return Q(owner__department=user.department)
        return Q(owner__in=User.objects.filter(teams__in=user.team_ids).values("pk"))

    def owed_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def owed_by_others(self, user: User) -> Self:
        return self.exclude(owner=user)

    def open(self) -> Self:
        return self.filter(done_at=None)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def overdue(self, at: datetime) -> Self:
        return self.open().filter(due_at__lt=at)

    def for_list(self) -> Self:
        return self.select_related("owner")
