from __future__ import annotations

from django.apps import AppConfig


class FunnelConfig(AppConfig):
    """Agreed stages."""

    name = "portal.funnel"
    label = "funnel"
    verbose_name = "Funnel"

    def ready(self) -> None:
        from portal.documents import registry
        from portal.funnel import services
        from portal.funnel.models import FunnelDefinition
        from portal.topics.registry import register

        register(FunnelDefinition, "funnel.view_funneldefinition")
        registry.when_agreed("funnel.funneldefinition", services.project_stages)
