"""A kind of job for the tests: writes one row a batch, and can be slow, refuse or fail."""

from __future__ import annotations

import time

from django.db import transaction
from django.utils import timezone

from portal.core.errors import RuleViolation
from portal.jobs.models import Job, Pulse
from portal.jobs.registry import Checkpoint, job


@job("tests.count", queue="bulk")
def count(job: Job, checkpoint: Checkpoint) -> None:
    """``args``: how many batches, seconds for each, and at which batch to fail or refuse."""
    batches = job.args.get("batches", 3)
    for number in range(job.cursor.get("next", 0), batches):
        with transaction.atomic():
            if number == job.args.get("fail_at"):
                raise ValueError("rep@example.com is a name that must not be shown")
            if number == job.args.get("refuse_at"):
                raise RuleViolation("Row 2 names a campaign that is not there.")
            # Twice the same batch would break the primary key.
            Pulse.objects.create(name=f"batch {job.pk}.{number}", beat_at=timezone.now())
            checkpoint({"next": number + 1}, done=number + 1, total=batches, message="Counting")
        time.sleep(job.args.get("seconds", 0))


@job("tests.allowed", requires="intake.add_import")
def allowed(job: Job, checkpoint: Checkpoint) -> None:
    checkpoint({"ran": True})
