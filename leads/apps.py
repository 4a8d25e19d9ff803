from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LeadsConfig(AppConfig):
    """Leads, companies, touchpoints."""

    name = "leads"
    label = "leads"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from leads import commitments
        from leads.conditions.sql import teach_sqlite
        from leads.former import present_id
        from leads.models import Lead
        from leads.services.fitting import persona_agreed, persona_retired
        from portal.documents.registry import when_agreed, when_retired
        from portal.notifications import delivery
        from portal.topics import registry

        connection_created.connect(teach_sqlite, dispatch_uid="leads.fold")
        registry.register(Lead, "leads.view_lead", present_id=present_id)
        delivery.register_subject(Lead, "leads.view_lead")
        commitments.register()
        when_agreed("personas.persona", persona_agreed)
        when_retired("personas.persona", persona_retired)
        post_migrate.connect(_keep_search, sender=self)


def _keep_search(**options: object) -> None:
    """After every migration: one that rebuilds a table on SQLite drops what keeps the search in step."""
    from leads.search import store

    store.install()
