"""Routing in the admin, for managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet

from leads.routing import services
from leads.routing.forms import RuleForm, TerritoryForm
from leads.routing.models import RoutingRule, Seat, Territory
from portal.accounts.admin_base import PermittedInline, PermittedModelAdmin
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from django.forms import ModelForm
    from django.http import HttpRequest


class _ConditionAdmin(PermittedModelAdmin):
    """A condition is read as the person who writes it may read leads."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"user": request.user})


@admin.register(Territory)
class TerritoryAdmin(_ConditionAdmin):
    form = TerritoryForm
    list_display: ClassVar = ["name"]
    search_fields: ClassVar = ["name"]

    def delete_model(self, request: HttpRequest, obj: Territory) -> None:
        _require_unused(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for territory in queryset:
            _require_unused(territory)
        super().delete_queryset(request, queryset)


def _require_unused(territory: Territory) -> None:
    rule = territory.rules.first()
    if rule is not None:
        raise RuleViolation(f"“{territory}” cannot be deleted: rule “{rule}” asks for it.")


class SeatInline(PermittedInline):
    model = Seat
    fields: ClassVar = ["person", "weight", "capacity", "calendar", "dealt"]
    readonly_fields: ClassVar = ["dealt"]
    extra = 2

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(is_named=True)


@admin.register(RoutingRule)
class RoutingRuleAdmin(_ConditionAdmin):
    """Of two people who save at once, the later one is refused and loses nothing stored."""

    form = RuleForm
    inlines: ClassVar = [SeatInline]
    list_display: ClassVar = ["name", "position", "is_active", "team", "strategy"]
    list_filter: ClassVar = ["is_active"]
    search_fields: ClassVar = ["name"]
    ordering: ClassVar = ["position", "pk"]

    def save_model(
        self, request: HttpRequest, obj: RoutingRule, form: ModelForm, change: bool
    ) -> None:
        if change:
            services.advance(obj, form.cleaned_data.get("version"))
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[Any], change: bool
    ) -> None:
        for formset in formsets:
            for inline in formset.forms:
                services.take_seat(inline.instance)
        super().save_related(request, form, formsets, change)
        services.count_anew(rule=form.instance)
        messages.info(request, "Counting begins anew for everybody under this rule.")
