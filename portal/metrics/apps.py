from __future__ import annotations

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """One function per figure."""

    name = "portal.metrics"
    label = "metrics"
