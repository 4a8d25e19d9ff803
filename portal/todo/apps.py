from __future__ import annotations

from django.apps import AppConfig


class TodoConfig(AppConfig):
    """Somebody owes something by a date."""

    name = "portal.todo"
    label = "todo"
