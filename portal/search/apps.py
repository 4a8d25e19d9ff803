from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """One search over everything permitted."""

    name = "portal.search"
    label = "search"
