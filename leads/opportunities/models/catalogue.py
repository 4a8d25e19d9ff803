"""What is sold, and the stages that a sale goes through."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from leads.opportunities.querysets import CatalogueQuerySet
from portal.core.models import TimeStamped
from portal.core.naming import name_key


class Status(models.TextChoices):
    """How a sale stands."""

    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class Product(TimeStamped):
    """Something that we sell. ``key`` is how names are compared: ``GTXPro`` is ``GTX Pro``."""

    name = models.CharField(max_length=200)
    key = models.CharField(max_length=200, unique=True, editable=False)
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    is_active = models.BooleanField(default=True, help_text="Offered when a sale is written down.")

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(key=""), name="opportunities_product_has_a_key"),
            models.CheckConstraint(
                condition=Q(price=None) | Q(price__gte=0), name="opportunities_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def know(self) -> None:
        """Bring the key up to the name. Does not save."""
        self.key = name_key(self.name)


class OpportunityStage(models.Model):
    """A stage of a sale, and whether who stands in it is open, won or lost.

    ``expected_days`` is how long a sale usually stands here: above it the board shows amber, above
    one and a half times as long red.
    """

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    key = models.CharField(max_length=80, unique=True, editable=False)
    position = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=4, choices=Status.choices, default=Status.OPEN)
    expected_days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        verbose_name = "opportunity stage"

    def __str__(self) -> str:
        return self.name

    def know(self) -> None:
        """Bring the key up to the name. Does not save."""
        self.key = name_key(self.name, longest=80)

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN
