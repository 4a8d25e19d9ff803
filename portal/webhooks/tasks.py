"""Background work on webhooks: a service call."""

from __future__ import annotations

from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job
from portal.webhooks import services
from portal.webhooks.services.receiving import APPLY


@job(APPLY, queue="hooks")
def apply_deliveries(work: Job, checkpoint: Checkpoint) -> None:
    services.apply_all(job=work, checkpoint=checkpoint)
