"""Reads of candidates and merges: a pair is visible exactly when both of its leads are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import F, Q

from leads.querysets import OfLeadQuerySet, of_teams
from portal.accounts.policy import scope_for
from portal.accounts.querysets import PermittedQuerySet
from portal.accounts.roles import Scope

if TYPE_CHECKING:
    from portal.accounts.models import User


class CandidateQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(low__owner=user, high__owner=user)

    def owned_by_team(self, user: User) -> Q:
        low = Q(low__owner=user) | of_teams(user, "low__")
        return low & (Q(high__owner=user) | of_teams(user, "high__"))

    def of(self, lead_id: int | F) -> Self:
        return self.filter(Q(low=lead_id) | Q(high=lead_id))

    def open(self) -> Self:
        return self.filter(state="open")

    def likely(self) -> Self:
        """Open pairs that are strong enough to be told of where one of them is shown."""
        return self.open().filter(band__in=["certain", "likely"])

    def concerning(self, user: User) -> Self:
        """Pairs of which at least one lead is one's own."""
        return self.filter(Q(low__owner=user) | Q(high__owner=user))

    def for_list(self) -> Self:
        names = ("company", "owner", "team", "stage")
        sides = [f"{side}__{name}" for side in ("low", "high") for name in names]
        return self.select_related("low", "high", *sides, "decided_by")

    def as_shown(self) -> Self:
        """Pairs with what the list shows of both leads, and no more."""
        lead = ("full_name", "first_name", "last_name", "email", "external_id", "company__name")
        shown = (*lead, "owner__name", "owner__email")
        sides = [f"{side}__{name}" for side in ("low", "high") for name in shown]
        own = [field.name for field in self.model._meta.concrete_fields]
        people = ("low__owner", "high__owner", "decided_by")
        rows = self.select_related("low__company", "high__company", *people)
        return rows.only(*own, *sides, "decided_by__name", "decided_by__email")


class MergeQuerySet(OfLeadQuerySet):
    """A merge is seen by whoever sees the lead that stayed; a rep takes back only merges of their own."""

    def to_undo(self, user: User) -> Self:
        rows = self.permitted(user, "merging.view_merge")
        scope = scope_for(user, "merging.undo_merge")
        if scope is None:
            return self.none()
        return rows if scope == Scope.ALL else rows.filter(by=user)

    def for_list(self) -> Self:
        return self.select_related("lead", "lead__owner", "by", "undone_by")
