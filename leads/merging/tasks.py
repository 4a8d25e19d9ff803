"""Background work of this room: an id in, a service call."""

from __future__ import annotations

from leads.merging.services import scans
from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job


@job(scans.SCAN, queue="bulk")
def scan_leads(work: Job, checkpoint: Checkpoint) -> None:
    scans.scan_leads(job=work, checkpoint=checkpoint)
