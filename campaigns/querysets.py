"""Reads of campaign briefs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.documents.querysets import AgreedDocumentQuerySet

if TYPE_CHECKING:
    from datetime import date


class CampaignQuerySet(AgreedDocumentQuerySet):
    def in_state(self, state: str, day: date) -> Self:
        """Campaigns in a ``Campaign.State`` on a day; the same rule as ``Campaign.state_on``."""
        living = Q(cancelled_at=None, document__retired_at=None)
        published = living & Q(published_at__isnull=False)
        ended = published & Q(ends_on__lt=day)
        ahead = published & Q(starts_on__gt=day) & ~ended
        retired = Q(cancelled_at=None, document__retired_at__isnull=False)
        conditions = {
            "cancelled": Q(cancelled_at__isnull=False),
            "writing": living & Q(published_at=None, document__in_force=None),
            "agreed": living & Q(published_at=None, document__in_force__isnull=False),
            "ended": ended | retired,
            "postponed": ahead & Q(postponed_at__isnull=False),
            "planned": ahead & Q(postponed_at=None),
            "running": published
            & (Q(ends_on__gte=day) | Q(ends_on=None))
            & (Q(starts_on__lte=day) | Q(starts_on=None)),
        }
        return self.filter(conditions.get(state, Q(pk__in=[])))

    def running_on(self, day: date) -> Self:
        """Published, not cancelled, and between its dates."""
        return self.in_state("running", day)

    def before_sales(self) -> Self:
        """Published and neither cancelled nor retired."""
        return self.filter(published_at__isnull=False, cancelled_at=None, document__retired_at=None)
