"""Reads of uses."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Avg, Count, Max

from leads.querysets import OfLeadQuerySet


class UseQuerySet(OfLeadQuerySet):
    def for_rating(self) -> Self:
        """Uses with all that filling in the text again needs."""
        lead = ("lead__company", "lead__campaign", "lead__persona")
        return self.select_related(*lead, "talking_point__document__owner", "revision", "by")

    def summary(self) -> dict[str, Any]:
        """How often, by how many people, the mean rating (1 to 5) and the last time."""
        return self.aggregate(
            times=Count("pk"),
            people=Count("by", distinct=True),
            # Before ``rating``: from then on that name means the mean.
            rated=Count("rating"),
            rating=Avg("rating"),
            last=Max("used_at"),
        )
