"""Administrators see all background work, and start or end it by hand."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.models import User
from portal.core.errors import RuleViolation
from portal.jobs import services
from portal.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    list_display: ClassVar = [
        "id",
        "kind",
        "state",
        "progress_done",
        "progress_total",
        "actor",
        "created_at",
    ]
    list_filter: ClassVar = ["state", "queue", "kind"]
    list_select_related: ClassVar = ["actor"]
    actions: ClassVar = ["start_again", "cancel"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.permitted(cast(User, request.user), "jobs.view_job").for_list()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Administrators only: to others this is the machine room."""
        return cast(User, request.user).reaches_all("jobs.view_job")

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.cancel_job")

    @admin.action(description="Start again", permissions=["cancel"])
    def start_again(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self._each(request, jobs, services.retry_job, "started again")

    @admin.action(description="Cancel", permissions=["cancel"])
    def cancel(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self._each(request, jobs, services.cancel_job, "cancelled")

    def _each(self, request: HttpRequest, jobs: QuerySet[Job], act: Any, word: str) -> None:
        done = 0
        for job in jobs:
            try:
                act(job=job, by=request.user)
                done += 1
            except RuleViolation as refusal:
                self.message_user(request, f"{job}: {refusal.message}", messages.WARNING)
        if done:
            self.message_user(request, f"{done} {word}.")
