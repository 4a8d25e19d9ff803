"""Background work on leads: an id in, a service call."""

from __future__ import annotations

from leads.services import fitting
from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job


@job(fitting.MATCH_ALL, queue="bulk")
def match_personas(work: Job, checkpoint: Checkpoint) -> None:
    fitting.match_all(job=work, checkpoint=checkpoint)
