"""What messages ask for."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job
from portal.notifications import delivery, door


@shared_task(expires=300)
def deliver_mail() -> None:
    delivery.deliver_due(timezone.now())


@job(door.RESET_LINK, queue=Job.Queue.MAIL, max_seconds=300)
def send_reset_link(job: Job, checkpoint: Checkpoint) -> None:
    door.send_reset_link(job.args["user"])
