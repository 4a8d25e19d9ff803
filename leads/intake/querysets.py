"""Whose imports are whose."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User

#: The same file within this time is taken for a second click, not for a second wish.
SAME_AGAIN = timedelta(minutes=10)


class ImportQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(uploaded_by=user)

    def owned_by_team(self, user: User) -> Q:
        return Q(uploaded_by__department=user.department)

    def for_list(self) -> Self:
        return self.select_related("uploaded_by", "job").defer("profile", "dialect", "mapping")

    def just_uploaded(self, *, digest: str, user: User, now: datetime) -> Self:
        """The same file by the same person a moment ago, unless it was given up."""
        recent = self.filter(digest=digest, uploaded_by=user, created_at__gte=now - SAME_AGAIN)
        return recent.exclude(state__in=["cancelled", "failed"])
