"""What the timetable asks of the whole portal."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from portal.operations import sweeping


@shared_task(expires=60)
def sweep() -> None:
    sweeping.sweep(timezone.now())
