from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """What people are told, in the portal and by mail."""

    name = "portal.notifications"
    label = "notifications"
