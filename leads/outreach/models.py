"""Which talking point was used on which lead, and what came of it [R42]."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.outreach.querysets import UseQuerySet
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


class Use(models.Model):
    """One use of one revision of a talking point on one lead."""

    class Channel(models.TextChoices):
        COPY = "copy", "Copied"
        MAIL = "mail", "Mail client"
        CALL = "call", "Said on a call"
        OTHER = "other", "Otherwise"

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="uses")
    talking_point = models.ForeignKey(
        "talking_points.TalkingPoint", on_delete=models.PROTECT, related_name="uses"
    )
    revision = models.ForeignKey("documents.Revision", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=6, choices=Channel.choices)
    used_at = models.DateTimeField()
    form_token = models.CharField(max_length=40, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    changed_because = models.CharField(max_length=500, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)

    objects = UseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-used_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5),
                name="outreach_rating_1_to_5",
            ),
            models.UniqueConstraint(
                fields=["lead", "form_token"],
                condition=~Q(form_token=""),
                name="outreach_use_a_form",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lead", "-used_at", "-id"], name="outreach_of_lead"),
            models.Index(fields=["talking_point", "-used_at"], name="outreach_of_point"),
        ]

    def __str__(self) -> str:
        return f"{self.talking_point} on {self.lead}"

    def rate(self, *, by: User, rating: int | None, changed_because: str, at: datetime) -> None:
        """How it went, from 1 to 5, and what was changed. Only who used it can say."""
        if by.pk != self.by_id:
            raise RuleViolation("Only who used a text can say how it went.")
        if rating is not None and not 1 <= rating <= 5:
            raise RuleViolation("A rating is a whole number from 1 to 5.")
        if rating is None and not changed_because.strip():
            raise RuleViolation("Give a rating, or say what you changed and why.")
        self.rating, self.changed_because, self.rated_at = rating, changed_because.strip()[:500], at
