"""A bulk act, and what it did to each lead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.bulk.querysets import BulkActQuerySet, BulkChangeQuerySet
from portal.core.errors import RuleViolation
from portal.core.routes import row_address

#: So long an act can be taken back.
UNDO_WITHIN = timedelta(days=30)


class BulkAct(models.Model):
    """One act on many leads. ``filters`` is the address of the list it was chosen from, if it was."""

    class Act(models.TextChoices):
        ASSIGN = "assign", "Assign"
        STAGE = "stage", "Move to a stage"
        TAG = "tag", "Tag"
        UNTAG = "untag", "Take a tag off"

    class State(models.TextChoices):
        WORKING = "working", "Working"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    act = models.CharField(max_length=8, choices=Act.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    stage = models.ForeignKey(
        "funnel.Stage", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    tag = models.ForeignKey("leads.Tag", null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    filters = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WORKING)
    total = models.PositiveIntegerField()
    changed = models.PositiveIntegerField(default=0)
    put_back = models.PositiveIntegerField(default=0)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    undone_at = models.DateTimeField(null=True)
    job = models.ForeignKey(
        "jobs.Job", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    form_token = models.CharField(max_length=40, blank=True)

    objects = BulkActQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            # A double click acts once.
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="bulk_one_act_a_form"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["by", "-made_at", "-id"], name="bulk_acts_of"),
            models.Index(fields=["-made_at", "-id"], name="bulk_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.what} · {self.total:,} lead{'' if self.total == 1 else 's'}"

    def get_absolute_url(self) -> str:
        return row_address("bulk:act-detail", self.pk)

    @property
    def what(self) -> str:
        """What was done, in words: ``Assign to Rita``, ``Tag “fair”``."""
        named = {
            self.Act.ASSIGN: f"Assign to {self.owner}" if self.owner else "Give back to the pool",
            self.Act.STAGE: f"Move to {self.stage}",
            self.Act.TAG: f"Tag “{self.tag or 'deleted'}”",
            self.Act.UNTAG: f"Take “{self.tag or 'deleted'}” off",
        }
        return named[self.Act(self.act)]

    @property
    def is_working(self) -> bool:
        return self.state in (self.State.WORKING, self.State.UNDOING)

    @property
    def left(self) -> int:
        """Leads that stayed as they were."""
        return 0 if self.state == self.State.WORKING else self.total - self.changed

    @property
    def kept(self) -> int:
        """Leads that an undo could not put back."""
        return self.changed - self.put_back if self.state == self.State.UNDONE else 0

    @property
    def undo_until(self) -> datetime:
        return self.made_at + UNDO_WITHIN

    def may_be_undone(self, at: datetime) -> bool:
        return self.state == self.State.DONE and bool(self.changed) and at <= self.undo_until

    def undo(self, *, at: datetime) -> None:
        """Begin to take the act back. Does not save."""
        if self.state == self.State.WORKING:
            raise RuleViolation("This is still at work. Undo it when it is done.")
        if self.state != self.State.DONE:
            who = self.undone_by or "Somebody"
            raise RuleViolation(f"{who} has undone this already.", code="undone")
        if at > self.undo_until:
            raise RuleViolation("This was more than 30 days ago, so it can no longer be undone.")
        if not self.changed:
            raise RuleViolation("Nothing was changed, so there is nothing to undo.")
        self.state, self.undone_at = self.State.UNDOING, at


class BulkChange(models.Model):
    """One lead of a bulk act. ``before`` holds what an undo puts back, ``version`` the lead's after it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CHANGED = "changed", "Changed"
        LEFT = "left", "Left as it was"
        PUT_BACK = "back", "Put back"
        KEPT = "kept", "Not put back"

    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="changes")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    before = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["act", "lead"], name="bulk_each_lead_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["act", "state", "lead"], name="bulk_changes_in_state")
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.get_state_display()}"
