from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Pages, files and API of the same rows."""

    name = "portal.reports"
    label = "reports"
