from __future__ import annotations

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Campaign briefs."""

    name = "campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from campaigns.services import brief_agreed, brief_retired
        from portal.documents.registry import when_agreed, when_retired
        from portal.topics import registry

        registry.register(self.get_model("Campaign"), "campaigns.view_campaign")
        when_agreed("campaigns.campaign", brief_agreed)
        when_retired("campaigns.campaign", brief_retired)
