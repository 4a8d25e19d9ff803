"""Background work on segments: an id in, a service call."""

from __future__ import annotations

from leads.segments import services
from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job


@job(services.FILL, queue="bulk", requires="segments.fill_segment")
def fill_segment(work: Job, checkpoint: Checkpoint) -> None:
    services.fill_in_slices(job=work, checkpoint=checkpoint)
