"""The Celery app and the timetable. A message is only a wake-up: the truth of work is a row."""

from __future__ import annotations

import os
import warnings
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

from portal.core.checks import refuse_to_serve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# Celery warns of running as root because of pickled messages; ours are JSON and hold an id.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("accord")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    broker_connection_timeout=3,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # RabbitMQ keeps quorum queues through the loss of a node; others ignore the word.
    task_default_queue_type="quorum",
    task_create_missing_queue_type="quorum",
    task_default_queue="interactive",
    # A task is answered for when it is done, so that a killed worker's message comes again.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_soft_shutdown_timeout=4,
    # Results are rows of our own; messages are JSON and hold an id.
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    timezone="UTC",
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
)
app.autodiscover_tasks()
# The threads of the web server find it too, not only the one that imported it.
app.set_default()

app.conf.beat_schedule = {
    "wake forgotten jobs": {"task": "portal.jobs.tasks.sweep_jobs", "schedule": 10.0},
    "what the clock does": {"task": "portal.operations.tasks.sweep", "schedule": 60.0},
    "delete old jobs": {
        "task": "portal.jobs.tasks.prune_jobs",
        "schedule": crontab(hour="3", minute="20"),
    },
}


@worker_init.connect
def check_configuration(**_: Any) -> None:
    """A worker started by hand refuses what `start` refuses."""
    refuse_to_serve()
