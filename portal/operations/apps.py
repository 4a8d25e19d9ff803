from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Start, demo, sweep, health."""

    name = "portal.operations"
    label = "operations"
