"""SLAs and calendars in the admin, for managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.utils import timezone

from portal.accounts.admin_base import PermittedInline, PermittedModelAdmin
from portal.core.errors import RuleViolation
from portal.documents.admin import DocumentAdmin
from portal.slas import services
from portal.slas.calendars import weekday_texts
from portal.slas.forms import CalendarForm, HolidayForm
from portal.slas.models import Calendar, Holiday, Sla
from portal.slas.tryouts import tryouts

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import ModelForm
    from django.http import HttpRequest

    from portal.documents.schema import Content


@admin.register(Sla)
class SlaAdmin(DocumentAdmin):
    worked_template = "slas/_worked_example.html"

    def worked(self, content: Content) -> dict[str, Any]:
        return {"tryouts": tryouts(content, timezone.now())}


class HolidayInline(PermittedInline):
    model = Holiday
    form = HolidayForm
    extra = 2


@admin.register(Calendar)
class CalendarAdmin(PermittedModelAdmin):
    form = CalendarForm
    inlines: ClassVar = [HolidayInline]
    list_display = ("name", "time_zone", "country", "open_hours")
    search_fields: ClassVar = ["name"]

    @admin.display(description="Open")
    def open_hours(self, obj: Calendar) -> str:
        return "; ".join(f"{day[:2]} {text}" for day, text in weekday_texts(obj) if text)

    def save_model(
        self, request: HttpRequest, obj: Calendar, form: ModelForm, change: bool
    ) -> None:
        """Of two people who save at once, the later one is refused and loses nothing stored."""
        if change:
            seen = Calendar.objects.filter(pk=obj.pk, version=form.cleaned_data["version"])
            obj.version = form.cleaned_data["version"] + 1
            if not seen.update(version=obj.version):
                raise RuleViolation("Somebody else saved this calendar at the same moment.")
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: list[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            calendar = Calendar.objects.with_holidays().get(pk=form.instance.pk)
            moved = services.calendar_changed(calendar=calendar)
            text = (
                f"{moved} open deadlines were computed anew; what is over stays as it was judged."
            )
            messages.info(request, text)

    def delete_model(self, request: HttpRequest, obj: Calendar) -> None:
        services.require_unnamed(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Calendar]) -> None:
        for calendar in queryset:
            services.require_unnamed(calendar)
        super().delete_queryset(request, queryset)
