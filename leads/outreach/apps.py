from __future__ import annotations

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Which talking point was used on which lead."""

    name = "leads.outreach"
    label = "outreach"

    def ready(self) -> None:
        from leads.outreach import contacting

        contacting.register()
