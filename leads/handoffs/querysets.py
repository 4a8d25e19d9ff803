"""Reads of handoffs: whose they are, what waits, what both sides look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


class HandoffQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        """What one is asked to answer, alone or with one's team, and what anybody may take."""
        free = Q(to=None) & (Q(team=None) | Q(team__in=user.team_ids))
        return Q(to=user) | free | Q(answered_by=user)

    def owned_by_team(self, user: User) -> Q:
        members = user._meta.model.teams.through.objects.filter(team__in=user.team_ids)  # type: ignore[attr-defined]
        return Q(to__in=members.values("user")) | Q(team__in=user.team_ids)

    def open(self) -> Self:
        return self.filter(state="offered")

    def unanswered_at(self, now: datetime) -> Self:
        """Open ones whose time to answer is over, and whose breach has been told."""
        late = self.open().filter(clock__breached_at__isnull=False, clock__due_at__lt=now)
        return late.order_by("clock__due_at", "pk")

    def to_departed(self) -> Self:
        """Open ones that ask somebody who has left."""
        return self.open().filter(to__is_active=False)

    def unassigned(self) -> Self:
        """The queue of what no rule found anybody for; managers watch it."""
        return self.open().filter(to=None, team=None)

    def to_complete(self) -> Self:
        """Given back because of data, and neither offered again nor lost since."""
        later = self.model._default_manager.filter(
            lead=OuterRef("lead"), offered_at__gt=OuterRef("offered_at")
        )
        rows = self.filter(state="rejected", ground="clerical", lead__status="open")
        return rows.exclude(Exists(later))

    def to_review(self) -> Self:
        """Rejections by the definition that nobody has concluded yet."""
        return self.filter(state="rejected", ground="definitional", reviewed_at=None)

    def for_list(self) -> Self:
        return self.select_related(
            "lead__company", "lead__campaign", "to", "team", "offered_by", "answered_by", "clock"
        )

    def for_record(self) -> Self:
        return self.for_list().select_related(
            "lead__persona", "lead__stage", "lead__owner", "revision", "contact_clock",
            "reviewed_by", "follows", "followed_by",
        ).defer("revision__content")  # fmt: skip


def waiting_for(people: Collection[int]) -> Mapping[int, int]:
    """Person → offers that wait for them: as good as theirs when work is counted."""
    handoffs = apps.get_model("handoffs.Handoff").objects.open().filter(to__in=people)
    return dict(handoffs.order_by().values_list("to").annotate(number=Count("pk")))
