"""Hooks, and what came in through them. A delivery is the truth: it is stored before the answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.core.errors import RuleViolation
from portal.core.routes import row_address
from portal.webhooks.querysets import DeliveryQuerySet, HookQuerySet

#: After a new token is given out, the old one works so much longer.
GRACE = timedelta(hours=24)


class Hook(models.Model):
    """An address to which one system posts leads and touchpoints.

    It acts in the name of ``acts_for``: what that person may do, the hook may do.
    """

    name = models.CharField(max_length=80, unique=True)
    system = models.CharField(
        "source system",
        max_length=60,
        help_text="External ids of touchpoints are unique within it, such as “mailer”.",
    )
    prefix = models.CharField(max_length=20, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    old_digest = models.CharField(max_length=64, blank=True, editable=False)
    old_until = models.DateTimeField(null=True, blank=True, editable=False)
    secret = models.TextField(blank=True, editable=False)
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="default campaign",
        help_text="For events that name none.",
    )
    source = models.CharField(
        "default source",
        max_length=120,
        blank=True,
        help_text="For new leads that name none. Empty: the first tracked touch says it.",
    )
    is_active = models.BooleanField(default=True)
    acts_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    rotated_at = models.DateTimeField(null=True, blank=True, editable=False)
    per_minute = models.PositiveIntegerField(
        "events a minute",
        default=20_000,
        help_text="More are refused with 429 until the next minute.",
    )
    # The minute that is being counted, and how many events it has had.
    minute = models.PositiveBigIntegerField(default=0, editable=False)
    counted = models.PositiveIntegerField(default=0, editable=False)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = HookQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="webhooks_one_a_form"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["old_digest"], condition=~Q(old_digest=""), name="webhooks_old_tokens"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return row_address("webhooks:hook-detail", self.pk)

    @property
    def is_signed(self) -> bool:
        return bool(self.secret)


class Delivery(models.Model):
    """One event of a hook. ``event_id`` is unique within it, so that a repeat changes nothing.

    ``data`` is emptied some days after it was applied; what is kept then is that it came.
    """

    class Kind(models.TextChoices):
        LEAD = "lead", "Lead"
        TOUCHPOINT = "touchpoint", "Touchpoint"

    class State(models.TextChoices):
        NEW = "new", "To be applied"
        WAITING = "waiting", "Waits for its lead"
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Failed"
        LAPSED = "lapsed", "Lapsed"

    hook = models.ForeignKey(
        Hook, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    data = models.JSONField(default=dict)
    keeps_data = models.BooleanField(default=True)
    # When it happened, if its sender says so: an older event never overwrites a newer one.
    happened_at = models.DateTimeField(null=True, blank=True)
    fingerprint = models.CharField(max_length=32)
    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    error = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    # When the same id last came with another body, which changed nothing.
    differed_at = models.DateTimeField(null=True, blank=True)
    # Whom a touchpoint waits for, and since when.
    waiting_since = models.DateTimeField(null=True, blank=True)
    lead_external_id = models.CharField(max_length=120, blank=True)
    lead_email_key = models.CharField(max_length=254, blank=True)
    lead = models.ForeignKey(
        "leads.Lead", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hook", "event_id"], name="webhooks_event_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(state="new"), name="webhooks_to_apply"),
            models.Index(
                fields=["waiting_since"], condition=Q(state="waiting"), name="webhooks_waiting"
            ),
            models.Index(
                fields=["applied_at"],
                condition=Q(state="applied", keeps_data=True),
                name="webhooks_to_forget",
            ),
            models.Index(fields=["hook", "state", "-id"], name="webhooks_of_hook"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"

    def apply_again(self) -> None:
        """Take a failed or lapsed event up again, with the data that came."""
        if self.state not in (self.State.FAILED, self.State.LAPSED):
            raise RuleViolation("Only an event that failed or lapsed can be applied again.")
        if not self.keeps_data:
            raise RuleViolation("What this event said is no longer kept. Have it sent again.")
        self.state, self.error, self.waiting_since = self.State.NEW, "", None

    def applied(self, lead_id: int | None, at: datetime) -> None:
        self.state, self.error, self.lead_id, self.applied_at = self.State.APPLIED, "", lead_id, at

    def failed(self, sentence: str) -> None:
        self.state, self.error = self.State.FAILED, sentence[:500]

    def forget(self) -> None:
        """Keep that it came, and nothing of what it said."""
        self.data, self.keeps_data = {}, False
        self.lead_external_id = self.lead_email_key = ""
