"""Competitors: whom we meet, and whom we lose to [R63]."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from campaigns.competitors.querysets import CompetitorQuerySet
from portal.core.models import TimeStamped
from portal.core.naming import name_key


class Competitor(TimeStamped):
    """One competitor. ``key`` is how names are compared, so that each stands here once."""

    name = models.CharField(max_length=200)
    key = models.CharField(max_length=200, unique=True, editable=False)
    website = models.URLField(max_length=300, blank=True)
    note = models.TextField(max_length=5000, blank=True)
    is_active = models.BooleanField(default=True, help_text="Offered when a sale is closed.")

    objects = CompetitorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(key=""), name="competitors_have_a_key"),
        ]

    def __str__(self) -> str:
        return self.name

    def know(self) -> None:
        """Bring the key up to the name. Does not save."""
        self.key = name_key(self.name)
