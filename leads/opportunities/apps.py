from __future__ import annotations

from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    """Possible sales, what came of them, and what is sold."""

    name = "leads.opportunities"
    label = "opportunities"

    def ready(self) -> None:
        from leads import timeline
        from leads.opportunities.models import Opportunity
        from leads.opportunities.telling import SOURCE
        from portal.notifications import delivery
        from portal.topics import registry

        registry.register(Opportunity, "opportunities.view_opportunity")
        timeline.add_source(SOURCE)
        delivery.register_subject(Opportunity, "opportunities.view_opportunity")
