"""The message that wakes the sender of mails. It may be lost: the rows stay, and the sweep sends."""

from __future__ import annotations

import structlog

from portal.celery import app

log = structlog.get_logger(__name__)


def wake_sender() -> None:
    """Ask a worker to send what waits. A broker that is away costs time, never the request."""
    try:
        app.tasks["portal.notifications.tasks.deliver_mail"].apply_async(retry=False)
    except Exception as error:  # noqa: BLE001 (each broker has its own errors)
        log.warning(
            "wake_up_not_sent", task="deliver_mail", exception={"type": type(error).__name__}
        )
