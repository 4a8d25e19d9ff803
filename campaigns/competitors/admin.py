"""Competitors in the admin, for managers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from campaigns.competitors.forms import CompetitorForm
from campaigns.competitors.models import Competitor
from portal.accounts.admin_base import PermittedModelAdmin


@admin.register(Competitor)
class CompetitorAdmin(PermittedModelAdmin):
    """A competitor that sales have met is never deleted; one that is gone is no longer offered."""

    form = CompetitorForm
    list_display: ClassVar = ["name", "website", "is_active", "updated_at"]
    list_filter: ClassVar = ["is_active"]
    search_fields: ClassVar = ["name"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
