"""Background work as rows: the truth of what is to be done, who holds it, how far it is."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.core.errors import RuleViolation
from portal.jobs.querysets import JobQuerySet


class Job(models.Model):
    """A long or retried act. ``args`` holds ids and choices only, never a person's data."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        DEAD = "dead", "Given up"

    class Queue(models.TextChoices):
        INTERACTIVE = "interactive", "Somebody is waiting"
        BULK = "bulk", "Large, may take its time"
        MAIL = "mail", "Mail"
        HOOKS = "hooks", "Webhooks"

    ACTIVE = (State.QUEUED, State.RUNNING)

    kind = models.CharField(max_length=80)
    args = models.JSONField(default=dict)
    unique_key = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    queue = models.CharField(max_length=12, choices=Queue.choices, default=Queue.INTERACTIVE)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)

    run_after = models.DateTimeField(default=timezone.now)
    woken_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    cursor = models.JSONField(default=dict)
    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    error = models.CharField(max_length=500, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=Q(state__in=["queued", "running"]) & ~Q(unique_key=""),
                name="job_active_unique_key",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | (Q(lease_until__isnull=False) & ~Q(lease_owner="")),
                name="job_running_is_leased",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["run_after"], condition=Q(state="queued"), name="job_queued_run_after"
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="running"), name="job_running_lease"
            ),
            models.Index(fields=["actor", "-id"], name="job_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE

    @property
    def percent(self) -> int | None:
        """0 to 100; None while the total is not known."""
        if not self.progress_total:
            return None
        return min(100, self.progress_done * 100 // self.progress_total)

    def cancel(self, *, at: datetime) -> None:
        """Ask for the end: waiting work ends at once, running work at its next checkpoint."""
        if not self.is_active:
            raise RuleViolation("This has already ended, so there is nothing to cancel.")
        self.cancel_requested = True
        if self.state == self.State.QUEUED:
            self.state, self.finished_at = self.State.CANCELLED, at

    def retry(self, *, at: datetime) -> None:
        """Start again from the cursor, with all tries."""
        if self.state not in (self.State.DEAD, self.State.FAILED, self.State.CANCELLED):
            raise RuleViolation("Only work that failed or was cancelled can be started again.")
        self.state, self.attempts, self.cancel_requested = self.State.QUEUED, 0, False
        self.error, self.finished_at, self.run_after, self.woken_at = "", None, at, None


class Pulse(models.Model):
    """The last sign of life of a part that runs by itself, written from inside its work."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
