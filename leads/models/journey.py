"""Who a visitor turned out to be, what a manager let count again, and the answers people give."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from leads.normalising import folded
from leads.querysets import OfLeadQuerySet
from portal.accounts.querysets import PermittedQuerySet


class KnownVisitor(models.Model):
    """The person behind an anonymous visitor. Of several who used one browser, the first.

    From ``shared_at`` on nobody can tell who sits there: what names no person stays anonymous.
    """

    visitor = models.CharField(max_length=80, unique=True)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="visitors")
    joined_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-joined_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.visitor} is {self.lead_id}"


class Restoration(models.Model):
    """A manager's word that a touchpoint counts although it looked like a machine's."""

    touchpoint = models.OneToOneField(
        "leads.Touchpoint", on_delete=models.CASCADE, related_name="restoration"
    )
    was = models.CharField(max_length=10)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.reason


class HeardAnswer(models.Model):
    """One of the answers offered for "How did you hear about us?" [R59].

    A lead keeps the name, so a name never changes. ``tracked_as`` names the tracked sources, one a
    line, that would say the same; empty: an answer that tracking cannot see, such as a colleague's
    word, which is compared with nothing.
    """

    name = models.CharField(max_length=120, unique=True)
    tracked_as = models.TextField(
        "tracked as",
        blank=True,
        max_length=2_000,
        help_text="Tracked sources that agree with this answer, one a line. Empty: never compared.",
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField("offered", default=True)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "name"]
        verbose_name = "answer to “How did you hear about us?”"
        verbose_name_plural = "answers to “How did you hear about us?”"
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="leads_one_answer_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sources(self) -> frozenset[str]:
        """The tracked sources that agree, in the form in which they are compared."""
        return frozenset(folded(line) for line in self.tracked_as.splitlines() if line.strip())

    def clean(self) -> None:
        super().clean()
        if any(len(line) > 120 for line in self.tracked_as.splitlines()):
            raise ValidationError({"tracked_as": "A source has at most 120 characters."})
