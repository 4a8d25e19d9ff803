from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Forms and marketing tools post leads and touchpoints to an address of their own."""

    name = "portal.webhooks"
    label = "webhooks"
