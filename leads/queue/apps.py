from __future__ import annotations

from django.apps import AppConfig


class QueueConfig(AppConfig):
    """What to do next, and why."""

    name = "leads.queue"
    label = "queue"
