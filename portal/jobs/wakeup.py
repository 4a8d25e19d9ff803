"""The message that wakes a worker. It may be lost: the row stays, and the sweep sends another."""

from __future__ import annotations

import structlog

from portal.celery import app

log = structlog.get_logger(__name__)


def wake(pk: int, queue: str) -> None:
    """Tell a worker of a job. A broker that is away costs time, never the request or the job."""
    try:
        app.tasks["portal.jobs.tasks.run"].apply_async(args=[pk], queue=queue, retry=False)
    except Exception as error:  # noqa: BLE001 (each broker has its own errors)
        log.warning("wake_up_not_sent", job=pk, exception={"type": type(error).__name__})
