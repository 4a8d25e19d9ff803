from __future__ import annotations

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """Threads and posts between the two sides."""

    name = "portal.feedback"
    label = "feedback"

    def ready(self) -> None:
        from portal.documents import registry
        from portal.feedback import services
        from portal.feedback.models import Thread
        from portal.notifications import delivery

        registry.when_any_agreed(services.close_answered)
        delivery.register_subject(Thread, "feedback.view_thread")
