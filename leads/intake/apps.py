from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Imports and their mappings."""

    name = "leads.intake"
    label = "intake"
