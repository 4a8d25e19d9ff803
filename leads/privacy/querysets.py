"""Whose requests are whose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User


class RequestQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(asked_by=user)

    def for_list(self) -> Self:
        return self.select_related("asked_by", "run_by", "job").defer("result")
