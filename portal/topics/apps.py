from __future__ import annotations

from django.apps import AppConfig


class TopicsConfig(AppConfig):
    """What can be talked about."""

    name = "portal.topics"
    label = "topics"
