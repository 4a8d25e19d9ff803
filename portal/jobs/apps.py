from __future__ import annotations

from typing import Any

from celery.signals import worker_shutting_down
from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Long or retried acts with lease, cursor, progress and tries."""

    name = "portal.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Every app's ``tasks.py`` registers its kinds of jobs, in the web server as in the worker."""
        autodiscover_modules("tasks")
        worker_shutting_down.connect(stop_at_next_checkpoint, weak=False)


def stop_at_next_checkpoint(**_: Any) -> None:
    """A worker that is asked to end gives its jobs back where they stand."""
    from portal.jobs.running import stopping

    stopping.set()
