from __future__ import annotations

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """What people may ask about their own data: a copy of it, its erasure, how long it is kept."""

    name = "leads.privacy"
    label = "privacy"
    verbose_name = "Privacy"

    def ready(self) -> None:
        from leads import erased
        from leads.privacy import tombstones

        erased.register(tombstones.buried_among)
