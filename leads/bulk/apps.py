from __future__ import annotations

from django.apps import AppConfig


class BulkConfig(AppConfig):
    """One act on many leads at once, and taking it back."""

    name = "leads.bulk"
    label = "bulk"
