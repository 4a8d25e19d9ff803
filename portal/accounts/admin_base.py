"""Django's admin under the policy: what opens, which rows, and who is written down.

``PermittedModelAdmin`` asks the policy for ``app.view_model``, ``app.add_model``,
``app.change_model`` and ``app.delete_model``. The admin is for tending things, so a model that a
person may only read does not appear there for them: they read it on its own pages.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from portal.accounts.history import history_of, record
from portal.accounts.policy import scope_for
from portal.core.choices import RowsField


class PolicyMixin:
    """The policy's answers, for models and for rows shown inside another one (inlines)."""

    opts: Any
    #: Verbs that the admin never offers, whatever the policy says.
    closed: ClassVar[frozenset[str]] = frozenset()

    def action(self, verb: str) -> str:
        """The policy's name for ``verb`` on this model; override where they differ."""
        return f"{self.opts.app_label}.{get_permission_codename(verb, self.opts)}"

    def _may(self, request: HttpRequest, verb: str, obj: Model | None = None) -> bool:
        return verb not in self.closed and request.user.has_perm(self.action(verb), obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "delete", obj)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        tends = any(request.user.has_perm(self.action(verb)) for verb in ("change", "add"))
        return tends and self._may(request, "view", obj)


class PermittedInline(PolicyMixin, admin.TabularInline):
    """Rows of a part, such as the holidays of a calendar.

    A part has no actions of its own in the policy: who may change the whole may change its parts.
    """

    extra = 0

    def action(self, verb: str) -> str:
        whole = self.parent_model._meta
        verb = "view" if verb == "view" else "change"
        return f"{whole.app_label}.{verb}_{whole.model_name}"

    def _may(self, request: HttpRequest, verb: str, obj: Model | None = None) -> bool:
        return request.user.has_perm(self.action(verb))


class PermittedModelAdmin(PolicyMixin, admin.ModelAdmin):
    """Rows through ``permitted``; every change becomes a line of the history."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.model._default_manager.permitted(request.user, self.action("view"))
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        self._permit_choices(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        self._permit_choices(db_field, request, kwargs)
        kwargs.setdefault("form_class", RowsField)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _permit_choices(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        """A choice in a form is a row like any other: only what the person may see."""
        other = db_field.remote_field.model
        manager = other._default_manager
        if hasattr(manager, "permitted"):
            action = f"{other._meta.app_label}.view_{other._meta.model_name}"
            if scope_for(request.user, action) is not None:  # type: ignore[arg-type]
                kwargs.setdefault("queryset", manager.permitted(request.user, action))

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> Any:
        """A row out of reach is a 404 here as everywhere, not a redirect with a message."""
        raise Http404

    # --- the history instead of Django's own log -------------------------------------------------
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        lines = [] if obj is None else history_of(obj)
        return super().history_view(request, object_id, {**(extra_context or {}), "lines": lines})

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        record(actor=request.user, verb="added", subject=obj, summary=str(obj))  # type: ignore[arg-type]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        record(
            actor=request.user,  # type: ignore[arg-type]
            verb="changed",
            subject=obj,
            summary=str(obj),
            data={"fields": changed_fields(message)},
        )

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            record(actor=request.user, verb="deleted", subject=obj, summary=str(obj))  # type: ignore[arg-type]


def changed_fields(message: Any) -> list[str]:
    """The labels of what was changed, out of the admin's own change message."""
    if not isinstance(message, list):
        return []
    return [
        str(name)
        for part in message
        for details in part.values()
        for name in details.get("fields", [])
    ]
