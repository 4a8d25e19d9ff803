from __future__ import annotations

from django.apps import AppConfig


class SlasConfig(AppConfig):
    """Agreed service levels, calendars, clocks."""

    name = "portal.slas"
    label = "slas"
    verbose_name = "Service levels"

    def ready(self) -> None:
        from portal.documents import registry
        from portal.slas import services
        from portal.slas.models import Sla
        from portal.topics.registry import register

        register(Sla, "slas.view_sla")
        registry.when_agreed("slas.sla", services.project_commitments)
        registry.when_retired("slas.sla", services.drop_commitments)
