"""Rules of retention in the admin; what each would take, and requests, stand on their own pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from leads.privacy.models import RetentionRule
from portal.accounts.admin_base import PermittedModelAdmin


@admin.register(RetentionRule)
class RetentionRuleAdmin(PermittedModelAdmin):
    list_display: ClassVar = ["what", "days", "is_active", "last_run_at", "last_count"]
    readonly_fields: ClassVar = ["last_run_at", "last_count"]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Managers have no rules at all, so there is no row of theirs to miss."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)
