"""Requests of people about their own data, tombstones of the erased, and rules of how long data is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from leads.privacy.querysets import RequestQuerySet
from portal.accounts.querysets import PermittedQuerySet
from portal.core.errors import RuleViolation
from portal.core.routes import row_address

if TYPE_CHECKING:
    from datetime import datetime

#: By law an answer is due within one month.
ANSWER_WITHIN = timedelta(days=30)


class PersonRequest(models.Model):
    """Somebody wants a copy of their data, or wants it erased.

    ``email`` says who, and is emptied by an erasure: what is left then is when, why, by whom it was
    done and how many rows went.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", "Copy of the data"
        ERASURE = "erasure", "Erasure"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        RUNNING = "running", "Being done"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    email = models.CharField("e-mail of the person", max_length=254, blank=True)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True, help_text="Rows by where they were.")
    message = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to="privacy/", blank=True)
    job = models.ForeignKey(
        "jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="privacy_one_a_form"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return row_address("privacy:request-detail", self.pk)

    @property
    def is_erasure(self) -> bool:
        return self.kind == self.Kind.ERASURE

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.FAILED)

    @property
    def objects_count(self) -> int:
        return sum(self.result.values())

    # --- transitions; none of them saves -------------------------------------------------------
    def start(self, *, by_id: int | None) -> None:
        if not self.is_open:
            raise RuleViolation("This request has already been dealt with. Nothing was done twice.")
        self.state, self.run_by_id, self.message = self.State.RUNNING, by_id, ""

    def withdraw(self, *, at: datetime) -> None:
        if not self.is_open:
            raise RuleViolation("This request has already been dealt with.")
        self.state, self.finished_at = self.State.WITHDRAWN, at


class Tombstone(models.Model):
    """Somebody was erased: a keyed digest of one of their keys, from which nothing can be read.

    It keeps an import, a form or a hook from bringing the person again. Once lifted it stays, as a
    trace that it was.
    """

    kind = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    request = models.ForeignKey(
        PersonRequest, null=True, on_delete=models.PROTECT, related_name="tombstones"
    )
    buried_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "digest"],
                condition=Q(lifted_at=None),
                name="privacy_buried_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of a person erased"


class RetentionRule(models.Model):
    """What is deleted by itself after how many days. Off until somebody switches it on."""

    class What(models.TextChoices):
        LOST_LEADS = "lost_leads", "Lost leads without activity: erase the person"
        UNKNOWN_TOUCHES = "unknown_touches", "Touchpoints of unknown visitors: delete"
        IMPORT_FILES = "import_files", "Files of ended imports and their rows: delete"
        EXPORTS = "exports", "Copies made for people who asked: delete the file"
        ANSWERS = "answers", "Stored answers of the API: delete"
        DELIVERIES = "deliveries", "What webhooks delivered: empty it"

    what = models.CharField(max_length=20, choices=What.choices, unique=True)
    days = models.PositiveIntegerField("after days", validators=[MinValueValidator(1)])
    is_active = models.BooleanField("in force", default=False)
    last_run_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_count = models.PositiveIntegerField(default=0, editable=False)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["what"]

    def __str__(self) -> str:
        return f"{self.get_what_display()} after {self.days} days"
