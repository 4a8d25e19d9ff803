"""Reads of leads: who may see which, and what a list needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q

from portal.accounts.querysets import PermittedQuerySet
from portal.core.listing import counts_with_patience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from leads.models import Tag
    from portal.accounts.models import User

#: Leads with a tag up to here are looked up by their keys.
FEW_TAGGED = 5_000


def of_teams(user: User, path: str = "") -> Q:
    """What TEAM means for leads: what team-mates own, and the pool that one's teams draw from.

    ``path`` leads from another record to its lead ("lead__").
    """
    members: Any = user._meta.model.teams.through  # type: ignore[attr-defined]
    mates = members.objects.filter(team__in=user.team_ids).values("user")
    free = Q(**{f"{path}owner": None})
    pool = free & (Q(**{f"{path}team": None}) | Q(**{f"{path}team__in": user.team_ids}))
    return Q(**{f"{path}owner__in": mates}) | pool


def tagged(rows: QuerySet[Any], tags: Sequence[Tag]) -> QuerySet[Any]:
    """Of these leads those that carry one of the tags.

    Where many do, the list finds a page of them by walking its own index, and their number is an estimate.
    """
    carried = rows.model.tags.through.objects.filter(tag__in=tags)
    if carried[: FEW_TAGGED + 1].count() <= FEW_TAGGED:
        return rows.filter(pk__in=carried.values("lead"))
    return counts_with_patience(rows.filter(Exists(carried.filter(lead=OuterRef("pk")))))


class LeadQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(owner=user)

    def owned_by_team(self, user: User) -> Q:
        """Leads of one's teams, and the unassigned pool that they draw from."""
        return of_teams(user)

    def for_list(self) -> Self:
        """Rows with everything the list page shows, in one query."""
        return self.select_related("company", "owner", "stage", "campaign", "persona")

    def end_of_slice(self, after: int, size: int) -> int | None:
        """The key of the last of the next ``size`` leads after a key; None when none is left.

        Work in slices goes by it from lead to lead, so that gaps among the keys cost nothing.
        """
        keys = self.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        full = keys[size - 1 : size].first()
        return full if full is not None else keys.last()

    def for_record(self) -> Self:
        """One lead with everything that its page shows, in one query."""
        rows = self.for_list().select_related(
            "team", "persona_chosen_by", "persona_revision", "stage_revision", "heard_asked_by"
        )
        # Of a revision the number is shown; its text is as long as a document.
        return rows.defer("persona_revision__content", "stage_revision__content")


class OfLeadQuerySet(PermittedQuerySet):
    """Rows that hang on a lead are visible exactly when the lead is; those of nobody to nobody's team."""

    def owned_by(self, user: User) -> Q:
        return Q(lead__owner=user)

    def owned_by_team(self, user: User) -> Q:
        return Q(lead__isnull=False) & of_teams(user, "lead__")


class SavedViewQuerySet(PermittedQuerySet):
    """One's own views, and those that others share. A deleted one is seen by nobody."""

    def permitted(self, user: User, action: str) -> Self:
        return super().permitted(user, action).filter(deleted_at=None)

    def deleted_of(self, user: User) -> Self:
        """Views that their owner took away and may bring back."""
        return super().permitted(user, "leads.delete_savedview").filter(deleted_at__isnull=False)

    def owned_by(self, user: User) -> Q:
        return Q(owner=user)

    def owned_by_team(self, user: User) -> Q:
        """What is shared with everybody, or with a team that one is in."""
        # Inside the statement, since the list page asks for nothing else about teams.
        teams = user.teams.order_by().values("pk")
        return Q(sharing="everybody") | Q(sharing="team", team__in=teams)

    def for_list(self) -> Self:
        return self.select_related("owner", "team")


class ColumnChoiceQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(user=user)
