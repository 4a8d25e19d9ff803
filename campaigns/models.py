"""Campaign briefs, and which reps have read them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from campaigns.brief import SCHEMA
from campaigns.completeness import lacking
from campaigns.querysets import CampaignQuerySet
from portal.accounts.querysets import PermittedQuerySet
from portal.core.errors import RuleViolation
from portal.documents.models import AgreedDocument

if TYPE_CHECKING:
    from datetime import datetime

    from portal.documents.schema import Content, Missing


class Campaign(AgreedDocument):
    """A campaign and its brief. Dates, offer and message are projected for lists and merge fields.

    ``starts_on`` and ``ends_on`` are what counts: the dates of the brief, or those to which it was
    postponed. A later revision moves them only when it says other dates than the brief before.
    """

    schema = SCHEMA
    review_after_days = 90

    objective = models.CharField(max_length=300, blank=True, editable=False)
    message = models.CharField(max_length=300, blank=True, editable=False)
    offer = models.CharField(max_length=300, blank=True, editable=False)
    starts_on = models.DateField(null=True, blank=True, editable=False)
    ends_on = models.DateField(null=True, blank=True, editable=False)
    brief_starts_on = models.DateField(null=True, blank=True, editable=False)
    brief_ends_on = models.DateField(null=True, blank=True, editable=False)
    personas = models.ManyToManyField(
        "personas.Persona", blank=True, editable=False, related_name="campaigns"
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    postponed_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_because = models.CharField(max_length=300, blank=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta(AgreedDocument.Meta):
        verbose_name = "campaign"
        indexes: ClassVar = [
            models.Index(fields=["starts_on", "ends_on"], name="campaigns_by_date")
        ]

    class State(models.TextChoices):
        WRITING = "writing", "Being written"
        AGREED = "agreed", "Agreed, not published"
        PLANNED = "planned", "Planned"
        RUNNING = "running", "Running"
        ENDED = "ended", "Ended"
        POSTPONED = "postponed", "Postponed"
        CANCELLED = "cancelled", "Cancelled"

    def state_on(self, day: date) -> State:
        """Where the campaign stands on a day, by what was decided and by its dates."""
        if self.cancelled_at is not None:
            return self.State.CANCELLED
        if self.document.retired_at is not None:
            return self.State.ENDED
        if self.published_at is None:
            return self.State.AGREED if self.document.in_force_id else self.State.WRITING
        if self.ends_on and self.ends_on < day:
            return self.State.ENDED
        if self.starts_on and self.starts_on > day:
            return self.State.POSTPONED if self.postponed_at else self.State.PLANNED
        return self.State.RUNNING

    @property
    def state(self) -> State:
        return self.state_on(timezone.localdate())

    def has_ended_on(self, day: date) -> bool:
        return self.state_on(day) == self.State.ENDED

    def missing(self, content: Content) -> list[Missing]:
        """Every part that a brief lacks before it can be proposed, and why it matters."""
        return [*self.schema.missing(content), *lacking(content)]

    def publish(self, *, at: datetime) -> None:
        """Tell sales: only what both departments agreed."""
        if self.cancelled_at is not None:
            raise RuleViolation("This campaign has been cancelled.")
        if self.document.in_force_id is None:
            raise RuleViolation("Both departments must sign the brief before it is published.")
        if self.published_at is not None:
            raise RuleViolation("This campaign has already been published.")
        self.document.require_living()
        self.published_at = at

    @property
    def is_before_sales(self) -> bool:
        """Published and neither cancelled nor retired: reps read it and plan by it."""
        is_over = self.cancelled_at is not None or self.document.retired_at is not None
        return self.published_at is not None and not is_over

    def postpone(self, *, at: datetime, starts_on: date, ends_on: date) -> None:
        """Move the dates of a published campaign that has not ended."""
        if self.published_at is None or self.cancelled_at is not None:
            raise RuleViolation("Only a published campaign can be postponed.")
        self.document.require_living()
        if self.has_ended_on(timezone.localdate(at)):
            raise RuleViolation("This campaign has ended. Plan the next one as a new campaign.")
        if ends_on < starts_on:
            raise RuleViolation("It cannot end before it starts.")
        self.postponed_at, self.starts_on, self.ends_on = at, starts_on, ends_on

    def cancel(self, *, at: datetime, reason: str) -> None:
        """End it before its time; the reason tells reps what happens to its leads."""
        if self.cancelled_at is not None:
            raise RuleViolation("This campaign has already been cancelled.")
        if self.has_ended_on(timezone.localdate(at)):
            raise RuleViolation("This campaign has ended; there is nothing left to cancel.")
        if not reason.strip():
            raise RuleViolation("Say why, and what happens to its leads: reps will be asked.")
        self.cancelled_at, self.cancelled_because = at, reason.strip()[:300]

    def project(self, content: Content) -> None:
        self.objective, self.message, self.offer = (
            content["objective"],
            content["message"],
            content["offer"],
        )
        dates = _day(content["starts_on"]), _day(content["ends_on"])
        if self.postponed_at is None or dates != (self.brief_starts_on, self.brief_ends_on):
            self.starts_on, self.ends_on = dates
            self.postponed_at = None
        self.brief_starts_on, self.brief_ends_on = dates

    def project_relations(self, content: Content) -> None:
        self.personas.set(content["personas"])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


class Acknowledgement(models.Model):
    """A rep has read a revision of a brief."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="acknowledgements"
    )
    revision = models.ForeignKey("documents.Revision", on_delete=models.PROTECT, related_name="+")
    rep = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField()

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-acknowledged_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["revision", "rep"], name="campaigns_acknowledged_once")
        ]

    def __str__(self) -> str:
        return f"{self.rep}: {self.campaign}"
