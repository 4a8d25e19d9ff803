"""What is sold in an opportunity, and what happened to it."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.opportunities.querysets import OfOpportunityQuerySet


class OpportunityLine(models.Model):
    """One product of an opportunity: how many, and for how much each, in its currency."""

    opportunity = models.ForeignKey(
        "opportunities.Opportunity", on_delete=models.CASCADE, related_name="lines"
    )
    product = models.ForeignKey(
        "opportunities.Product", on_delete=models.PROTECT, related_name="lines"
    )
    quantity = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(1))
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    objects = OfOpportunityQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["opportunity", "product"], name="opportunities_one_line_a_product"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="opportunities_some_of_a_product"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"

    @property
    def total(self) -> Decimal | None:
        return (
            None if self.price is None else (self.price * self.quantity).quantize(Decimal("0.01"))
        )


class OpportunityChange(models.Model):
    """An opportunity was opened, moved, valued anew, closed or reopened. Append-only."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        MOVED = "moved", "Moved"
        VALUED = "valued", "Amount changed"
        WON = "won", "Won"
        LOST = "lost", "Lost"
        REOPENED = "reopened", "Reopened"

    opportunity = models.ForeignKey(
        "opportunities.Opportunity",
        on_delete=models.CASCADE,
        related_name="changes",
        db_index=False,
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    from_stage = models.ForeignKey(
        "opportunities.OpportunityStage",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    to_stage = models.ForeignKey(
        "opportunities.OpportunityStage",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    amount_before = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    amount_after = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = OfOpportunityQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["opportunity", "-at", "-id"], name="opportunities_changes_of"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.to_stage}"
