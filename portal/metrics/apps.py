from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MetricsConfig(AppConfig):
    """One function per figure, and the roll-ups that spare it a million leads."""

    name = "portal.metrics"
    label = "metrics"

    def ready(self) -> None:
        from leads import erased

        erased.afterwards(_fold_everything)
        post_migrate.connect(_keep_rollups, sender=self)


def _keep_rollups(**options: object) -> None:
    """After every migration: one that rebuilds a table on SQLite drops its triggers."""
    from portal.metrics import services

    services.keep_rollups()


def _fold_everything() -> None:
    from portal.metrics import services

    services.fold_everything()
