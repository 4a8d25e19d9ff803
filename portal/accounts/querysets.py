"""The only way to a row: every list, detail, search, export and choice starts at ``permitted``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q, QuerySet

from portal.accounts.policy import scope_for
from portal.accounts.roles import Scope

if TYPE_CHECKING:
    from portal.accounts.models import User


class PermittedQuerySet(QuerySet):
    """Rows a person may reach. Each model's queryset says what OWN and TEAM mean for it."""

    def permitted(self, user: User, action: str) -> Self:
        """The rows on which ``user`` may do ``action``; none when the role may never."""
        scope = scope_for(user, action)
        if scope is None:
            return self.none()
        if scope == Scope.ALL:
            return self.all()
        if scope == Scope.OWN:
            return self.filter(self.owned_by(user))
        return self.filter(self.owned_by(user) | self.owned_by_team(user))

    def owned_by(self, user: User) -> Q:
        """What OWN means. A model whose grants name OWN must say so."""
        raise LookupError(f"{self.model.__name__} does not say what OWN means.")

    def owned_by_team(self, user: User) -> Q:
        """What TEAM means. A model whose grants name TEAM must say so."""
        raise LookupError(f"{self.model.__name__} does not say what TEAM means.")
