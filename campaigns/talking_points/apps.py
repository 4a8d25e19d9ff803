from __future__ import annotations

from django.apps import AppConfig


class TalkingPointsConfig(AppConfig):
    """What both teams say, and how it is filled in."""

    name = "campaigns.talking_points"
    label = "talking_points"

    def ready(self) -> None:
        from portal.topics import registry

        registry.register(self.get_model("TalkingPoint"), "talking_points.view_talkingpoint")
