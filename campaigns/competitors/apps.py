from __future__ import annotations

from django.apps import AppConfig


class CompetitorsConfig(AppConfig):
    """Who else the buyers look at."""

    name = "campaigns.competitors"
    label = "competitors"
