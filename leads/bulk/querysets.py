"""Whose bulk acts are whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User


class BulkActQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(by=user)

    def owned_by_team(self, user: User) -> Q:
        return Q(by__department=user.department)

    def for_list(self) -> Self:
        return self.select_related("by", "owner", "stage", "tag", "undone_by", "job")


class BulkChangeQuerySet(PermittedQuerySet):
    def in_state(self, state: str) -> Self:
        """In the order in which leads are locked, so that two acts at once never wait for each other."""
        return self.filter(state=state).order_by("lead_id")
