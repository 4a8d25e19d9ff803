from __future__ import annotations

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """History and audit: who did what, when."""

    name = "portal.activity"
    label = "activity"

    def ready(self) -> None:
        from portal.accounts import history
        from portal.activity.services import lines_about, record

        history.register(write=record, read=lines_about)
