"""By what a lead was known before: what leads to it although it no longer bears it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from leads.querysets import OfLeadQuerySet


class FormerKey(models.Model):
    """An id, address or external id that a lead has absorbed.

    Old links lead to ``lead``, and a file or form that still has the old key finds it instead of
    making the person anew. A key leads to one lead; the unique constraint decides.
    """

    class Kind(models.TextChoices):
        LEAD = "lead", "Number of the lead"
        EMAIL = "email", "E-mail address"
        EXTERNAL_ID = "external_id", "External id"

    kind = models.CharField(max_length=11, choices=Kind.choices)
    value = models.CharField(max_length=254)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="former_keys")
    since = models.DateTimeField(default=timezone.now)

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["kind", "value"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="leads_one_former_key")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
