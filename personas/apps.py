from __future__ import annotations

from django.apps import AppConfig


class PersonasConfig(AppConfig):
    """Buyer personas, evidence, fit criteria."""

    name = "personas"
    label = "personas"

    def ready(self) -> None:
        from portal.topics import registry

        registry.register(self.get_model("Persona"), "personas.view_persona")
