from __future__ import annotations

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """Who gets a lead that is ready, and why."""

    name = "leads.routing"
    label = "routing"
