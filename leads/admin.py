"""Leads in Django's admin: managers define custom attributes, administrators may look at rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from leads.models import AttributeDefinition, HeardAnswer, Lead, Tag
from portal.accounts.admin_base import PermittedModelAdmin


@admin.register(AttributeDefinition)
class AttributeDefinitionAdmin(PermittedModelAdmin):
    """A name never changes once it is in use: the values of leads are stored under it."""

    list_display: ClassVar = ["label", "name", "type", "is_filter"]
    search_fields: ClassVar = ["label", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Tag)
class TagAdmin(PermittedModelAdmin):
    """Renaming a tag renames it everywhere; deleting it takes it off every lead."""

    list_display: ClassVar = ["name", "made_by", "made_at"]
    list_select_related: ClassVar = ["made_by"]
    search_fields: ClassVar = ["name"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.made_by = request.user
        super().save_model(request, obj, form, change)


@admin.register(HeardAnswer)
class HeardAnswerAdmin(PermittedModelAdmin):
    """What is offered for "How did you hear about us?". Leads keep the name, so it never changes."""

    list_display: ClassVar = ["name", "tracked_as", "position", "is_active"]
    search_fields: ClassVar = ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["name"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Lead)
class LeadAdmin(PermittedModelAdmin):
    """For administrators who look into a record. Work on leads happens on their own pages."""

    list_display: ClassVar = ["__str__", "company", "stage", "status", "owner", "created_at"]
    list_select_related: ClassVar = ["company", "stage", "owner"]
    #: Of a million leads, what has an index of its own order.
    sortable_by: ClassVar = ["created_at"]
    search_fields: ClassVar = ["email_key", "external_id"]
    search_help_text = "An e-mail address or an external id, from its beginning."
    ordering: ClassVar = ["-pk"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["email_key__startswith", "external_id__exact"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("leads.inspect_lead")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
