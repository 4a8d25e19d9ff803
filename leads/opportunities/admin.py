"""Products and stages of sales in the admin, for managers; opportunities to look into."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from campaigns.competitors.forms import KeyedNameForm
from leads.opportunities.capture import free_slug
from leads.opportunities.models import Opportunity, OpportunityStage, Product
from portal.accounts.admin_base import PermittedModelAdmin


@admin.register(Product)
class ProductAdmin(PermittedModelAdmin):
    """A product that was sold is never deleted; one that is gone is no longer offered."""

    form = KeyedNameForm
    list_display: ClassVar = ["name", "price", "currency", "is_active"]
    list_filter: ClassVar = ["is_active"]
    search_fields: ClassVar = ["name"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StageForm(KeyedNameForm):
    """Somewhere to begin, to win and to lose there must always be."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        status = given.get("status") or self.instance.status
        if not given.get("is_active", True):
            others = OpportunityStage.objects.active().filter(status=status)
            if not others.exclude(pk=self.instance.pk).exists():
                word = dict(OpportunityStage._meta.get_field("status").flatchoices)[status].lower()
                raise forms.ValidationError(
                    f"This is the last stage for {word} opportunities, so it stays in use."
                )
        return given


@admin.register(OpportunityStage)
class OpportunityStageAdmin(PermittedModelAdmin):
    """Whether a stage is open, won or lost stays as it was made: opportunities stand in it."""

    form = StageForm
    list_display: ClassVar = ["name", "position", "status", "expected_days", "is_active"]
    fields: ClassVar = ["name", "position", "status", "expected_days", "is_active"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["status"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: OpportunityStage, form: Any, change: bool
    ) -> None:
        """The short name in addresses is made once and stays."""
        if not obj.slug:
            taken = set(OpportunityStage.objects.values_list("slug", flat=True))
            obj.slug = free_slug(obj.name, taken)
        super().save_model(request, obj, form, change)


@admin.register(Opportunity)
class OpportunityAdmin(PermittedModelAdmin):
    """For administrators who look into a record. Work on opportunities happens on their own pages."""

    list_display: ClassVar = ["__str__", "company", "stage", "status", "owner", "created_at"]
    list_select_related: ClassVar = ["company", "stage", "owner"]
    search_fields: ClassVar = ["name", "external_id"]
    search_help_text = "A name from its beginning, or an external id."
    ordering: ClassVar = ["-pk"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["name__istartswith", "external_id__exact"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("opportunities.inspect_opportunity")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
