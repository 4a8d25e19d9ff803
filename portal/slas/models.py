"""Agreed service levels, the calendars they count in, and the clocks that run under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.accounts.roles import Department
from portal.core.errors import RuleViolation
from portal.core.routes import row_address
from portal.documents.models import AgreedDocument
from portal.slas.agreement import COMMITMENTS, SCHEMA
from portal.slas.promises import faults, promises
from portal.slas.querysets import CalendarQuerySet, ClockQuerySet, CommitmentQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from portal.documents.schema import Content


class Calendar(models.Model):
    """When a side is at work: hours a weekday (with lunch breaks), time zone, holidays.

    ``hours`` maps "0" (Monday) … "6" to lists of ["09:00", "12:30"] pairs.
    """

    name = models.CharField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    hours = models.JSONField(default=dict)
    country = models.CharField(
        max_length=2, blank=True, help_text="Public holidays of this country count as closed."
    )
    subdivision = models.CharField(
        "state or region", max_length=10, blank=True, help_text="Its code, for example BY or CA."
    )
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return row_address("slas:calendar-detail", self.pk)


class Holiday(models.Model):
    """A day on which a calendar is closed besides the public holidays."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    on = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        ordering: ClassVar = ["on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "on"], name="slas_one_holiday_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.on})"


class Sla(AgreedDocument):
    """What each side commits to towards the other, and what is done when it is missed [R7, R8]."""

    schema = SCHEMA
    review_after_days = 90

    class Meta(AgreedDocument.Meta):
        verbose_name = "SLA"

    @classmethod
    def noun(cls) -> str:
        return "sla"

    def check_proposal(self, content: Content) -> None:
        """Each commitment is whole, stands once, and is not promised by another SLA."""
        if wrong := faults(content):
            raise RuleViolation(f"This cannot be proposed yet. {' '.join(wrong)}")
        taken = Commitment.objects.exclude(sla=self).select_related("sla")
        for promise in promises(content):
            other = next((c for c in taken if c.key == promise.key), None)
            if other is not None:
                raise RuleViolation(
                    f"“{other.sla}” already commits {promise.side} to “{promise.label}”. "
                    "Change it there, or retire that SLA first."
                )


class Commitment(models.Model):
    """One commitment in force, projected from an SLA when it is agreed.

    ``target`` is in business hours, a number or percent, as the kind says. Only the newest
    agreement stands here; what it was before is in the revisions, and clocks keep theirs.
    """

    sla = models.ForeignKey(Sla, on_delete=models.CASCADE, related_name="commitments")
    revision = models.ForeignKey("documents.Revision", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, choices=COMMITMENTS)
    department = models.CharField(
        max_length=20, choices=Department.choices, help_text="Who owes it."
    )
    target = models.DecimalField(max_digits=12, decimal_places=2)
    warn_percent = models.PositiveSmallIntegerField()
    calendar = models.ForeignKey(
        Calendar, null=True, on_delete=models.PROTECT, related_name="commitments"
    )
    position = models.PositiveSmallIntegerField()

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["sla", "position"]
        constraints: ClassVar = [
            # Two SLAs that promise the same thing would leave open which of them counts.
            models.UniqueConstraint(fields=["kind", "department"], name="slas_promised_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.target.normalize():f}"

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind, self.department)


class Clock(models.Model):
    """Time running towards a commitment. The thing that is timed points down at its clock.

    Target, calendar and revision are those of the day it started, so that a later agreement never
    rewrites what was owed.
    """

    commitment = models.CharField(max_length=40, choices=COMMITMENTS)
    revision = models.ForeignKey("documents.Revision", on_delete=models.PROTECT, related_name="+")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="clocks")
    department = models.CharField(
        max_length=20, choices=Department.choices, help_text="Who owes the answer."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=300, blank=True)
    target_minutes = models.PositiveIntegerField()
    warn_percent = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalate_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]
        indexes: ClassVar = [
            # What the sweep asks each minute: open clocks that must warn, have run out, or have
            # been out for so long that the other side is told.
            models.Index(
                fields=["warn_at"],
                condition=Q(stopped_at=None, warned_at=None, breached_at=None),
                name="slas_to_warn",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at=None, breached_at=None),
                name="slas_to_breach",
            ),
            models.Index(
                fields=["escalate_at"],
                condition=Q(stopped_at=None, escalated_at=None),
                name="slas_to_escalate",
            ),
            # How well a commitment is kept, by the month in which its clocks started.
            models.Index(fields=["commitment", "department", "started_at"], name="slas_adherence"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(due_at__gte=F("started_at")), name="slas_due_after_the_start"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.url or reverse("slas:sla-list")

    def stop(self, *, at: datetime) -> None:
        """The commitment was met, well or late; nothing more is said about it."""
        if self.stopped_at is not None:
            raise RuleViolation("This clock has already been stopped.")
        self.stopped_at = at

    def state(self, at: datetime) -> str:
        """ "met", "missed" or "running"."""
        if self.stopped_at is not None:
            return "met" if self.stopped_at <= self.due_at else "missed"
        return "missed" if self.due_at < at else "running"
