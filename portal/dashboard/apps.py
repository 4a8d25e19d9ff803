from __future__ import annotations

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Home page by role."""

    name = "portal.dashboard"
    label = "dashboard"
