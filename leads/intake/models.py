"""Imports: the file, how its columns were read, and what became of its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.intake.querysets import ImportQuerySet
from portal.core.errors import RuleViolation
from portal.core.routes import row_address

if TYPE_CHECKING:
    from datetime import datetime

#: A batch takes seconds; without a job, a longer silence means that nobody works on the import.
STUCK_AFTER = timedelta(minutes=2)
#: The counts of an import, in the order in which they are shown.
COUNTS = ("created", "updated", "unchanged", "duplicates", "rejected")


class Mapping(models.Model):
    """How the columns of a kind of file were read, remembered under a name [R55]."""

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, default="leads")
    columns_key = models.CharField(
        max_length=64, db_index=True, help_text="Digest of the column names."
    )
    mapping = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """One file brought in. ``rows = created + updated + unchanged + duplicates + rejected``.

    ``position`` is how many rows are dealt with; it moves in the transaction that writes the rows,
    so that an import that was killed goes on exactly there. Without an uploader, somebody ran the
    command on the machine itself.
    """

    class State(models.TextChoices):
        READING = "reading", "Being read"
        UPLOADED = "uploaded", "Waiting for its mapping"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked, nothing brought in yet"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        FAILED = "failed", "Failed"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    BUSY = (State.READING, State.CHECKING, State.RUNNING, State.UNDOING)
    ENDED = (State.DONE, State.CANCELLED, State.FAILED)

    kind = models.CharField(max_length=20, default="leads")
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    file = models.FileField(upload_to="imports/")
    table = models.FileField(
        upload_to="imports/", blank=True, help_text="The sheet of a workbook as CSV."
    )
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    dialect = models.JSONField(default=dict)
    profile = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="imports"
    )
    job = models.ForeignKey(
        "jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    form_token = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    undone = models.JSONField(
        default=dict, blank=True, help_text="How many were deleted, put back, kept by an undo."
    )
    attributes_made = models.JSONField(
        default=list, blank=True, help_text="Names of the fields of one's own that it brought."
    )
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            # A double click makes one import.
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="intake_one_a_form"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="intake_same_file")]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return row_address("intake:import-detail", self.pk)

    @property
    def is_busy(self) -> bool:
        return self.state in self.BUSY

    @property
    def is_ended(self) -> bool:
        return self.state in self.ENDED

    @property
    def can_be_undone(self) -> bool:
        return self.was_started and self.state in self.ENDED

    @property
    def records_url(self) -> str:
        """Where records of this kind are listed."""
        return {"touchpoints": "/leads/"}.get(self.kind, f"/{self.kind}/")

    @property
    def was_started(self) -> bool:
        """Whether rows may have been brought in."""
        return self.started_at is not None

    def is_stuck(self, at: datetime) -> bool:
        """Running on paper only: its process ended, and no background job will take it up again."""
        if self.state != self.State.RUNNING or (self.job is not None and self.job.is_active):
            return False
        return self.moved_at is None or at - self.moved_at > STUCK_AFTER

    # --- transitions; none of them saves -------------------------------------------------------
    def check_rows(self) -> None:
        """Work out what would happen, without bringing anything in."""
        if self.was_started:
            raise RuleViolation(
                "This import has already been started, so it cannot be tried first."
            )
        if self.state not in (self.State.UPLOADED, self.State.CHECKED, self.State.FAILED):
            raise RuleViolation("This file is being worked on. Wait until that is done.")
        self.state, self.message = self.State.CHECKING, ""

    def start(self, *, at: datetime) -> None:
        """Bring the rows in. After a cancellation or a failure it goes on where it stopped."""
        if self.state in (self.State.UNDOING, self.State.UNDONE):
            raise RuleViolation("This import was undone. Upload the file again to bring it in.")
        if self.state == self.State.DONE:
            raise RuleViolation("This import is done. Upload the file again to bring it in again.")
        if self.is_busy and not self.is_stuck(at):
            raise RuleViolation("This import has already been started. Nothing was done twice.")
        if not self.mapping:
            raise RuleViolation("Say first what the columns mean.")
        self.state, self.message, self.finished_at = self.State.RUNNING, "", None
        self.started_at = self.started_at or at

    def undo(self, *, at: datetime) -> None:
        """Take back what it made and changed. A second wish goes on where the first one stopped."""
        if self.state == self.State.UNDONE:
            raise RuleViolation("This import has already been undone.")
        if not self.was_started:
            raise RuleViolation("Nothing was brought in yet, so there is nothing to undo.")
        if self.state not in (*self.ENDED, self.State.UNDOING):
            raise RuleViolation("This import is under way. Cancel it before you undo it.")
        self.state, self.message = self.State.UNDOING, ""

    def cancel(self, *, at: datetime) -> None:
        """Stop. What was brought in stays, row by whole row; the rest can be continued later."""
        if self.is_ended or self.state in (self.State.UNDOING, self.State.UNDONE):
            raise RuleViolation("This import has already ended, so there is nothing to cancel.")
        self.state, self.finished_at = self.State.CANCELLED, at


class ImportBatch(models.Model):
    """What one batch of an import made: keys as ranges, because a million rows need little said.

    ``waiting`` are companies whose parent company the file may still bring; ``moved`` leads that followed
    their sales, with what they had and got.
    """

    run = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="batches", db_index=False
    )
    position = models.PositiveIntegerField(help_text="Rows of the file before it.")
    made = models.JSONField(default=list, help_text="Records: first and last key of each range.")
    companies = models.JSONField(default=list, help_text="Companies that rows named, likewise.")
    waiting = models.JSONField(default=list)
    moved = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "position"], name="intake_one_batch_a_position")
        ]

    def __str__(self) -> str:
        return f"Rows after {self.position}"

    def keys_made(self) -> list[int]:
        return [key for first, last in self.made for key in range(first, last + 1)]

    def companies_made(self) -> list[int]:
        return [key for first, last in self.companies for key in range(first, last + 1)]


class ImportRow(models.Model):
    """What became of one row of a file. Rows that changed nothing are counted, not kept, and those
    that made a record are told of in batches.

    ``cells`` holds the row as it stood in the file, for rows that were not brought in; ``before``
    and ``after`` what an updated record had in the fields that changed, and what it got.
    """

    class Outcome(models.TextChoices):
        CREATED = "created", "Created"
        UPDATED = "updated", "Updated"
        UNCHANGED = "unchanged", "Unchanged"
        DUPLICATE = "duplicate", "Duplicate of an earlier row"
        REJECTED = "rejected", "Rejected"

    #: What comes back as a file.
    REFUSED = (Outcome.DUPLICATE, Outcome.REJECTED)

    run = models.ForeignKey(
        Import, on_delete=models.CASCADE, related_name="outcomes", db_index=False
    )
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=500, blank=True)
    cells = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # A number without a constraint: whoever deletes a record need not wait for a million rows.
    record_id = models.BigIntegerField(
        null=True, help_text="The record of the import's kind that it changed."
    )

    class Meta:
        ordering: ClassVar = ["line"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "line"], name="intake_one_row_a_line")
        ]
        indexes: ClassVar = [
            # The rows that come back as a file; created ones are never listed.
            models.Index(
                fields=["run", "line"],
                condition=Q(outcome__in=["duplicate", "rejected"]),
                name="intake_refused_rows",
            ),
            models.Index(
                fields=["record_id"], condition=~Q(record_id=None), name="intake_rows_of_record"
            ),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}"


class Leftover(models.Model):
    """A record that an undo left, or a field that it did not put back, and why."""

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="left", db_index=False)
    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    name = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "record_type", "record_id"], name="intake_kept_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
