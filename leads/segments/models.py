"""Segments [R57]: groups of leads under a name, live or static."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.segments.querysets import SegmentQuerySet
from portal.core.errors import RuleViolation
from portal.core.models import TimeStamped
from portal.core.routes import row_address
from portal.topics.models import HasTopic

if TYPE_CHECKING:
    from datetime import datetime


class Segment(HasTopic, TimeStamped):
    """A group of leads. A live one is its ``condition``, always current; a static one its members.

    The condition of a static segment says what it was filled from, if anything. ``slug`` is the name
    by which briefs, reports and addresses know it; it never changes.
    """

    class Kind(models.TextChoices):
        LIVE = "live", "Live: always current"
        STATIC = "static", "Static: stays as it was filled"

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="segments"
    )
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.LIVE)
    condition = models.JSONField(null=True, blank=True)
    is_shared = models.BooleanField("shared with everybody", default=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="static") | Q(condition__isnull=False),
                name="segments_live_has_condition",
            ),
            # A double click makes one segment.
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="segments_one_a_form"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return row_address("segments:segment-detail", self.pk)

    @property
    def is_live(self) -> bool:
        return self.kind == self.Kind.LIVE

    # --- transitions; none of them saves -------------------------------------------------------
    def archive(self, *, at: datetime) -> None:
        """No longer offered; what names it still says what it was."""
        if self.archived_at is not None:
            raise RuleViolation("This segment is archived already.")
        self.archived_at = at

    def restore(self) -> None:
        if self.archived_at is None:
            raise RuleViolation("This segment is in use, so there is nothing to bring back.")
        self.archived_at = None

    def must_be_static(self) -> None:
        if self.is_live:
            raise RuleViolation(
                "This segment is live: its condition says who is in it. Change the condition instead."
            )
        if self.archived_at is not None:
            raise RuleViolation("This segment is archived. Bring it back before you change it.")


class Member(models.Model):
    """A lead in a static segment."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "lead"], name="segments_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} in {self.segment_id}"


class DailySize(models.Model):
    """How many leads a segment had on a day, counted once by the sweep."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="sizes")
    on = models.DateField()
    count = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "on"], name="segments_one_size_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.count} on {self.on}"
