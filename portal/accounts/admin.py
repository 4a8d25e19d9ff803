"""People, teams and tokens, for administrators. Passwords are never shown and never typed here."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from portal.accounts import services
from portal.accounts.admin_base import PermittedModelAdmin
from portal.accounts.models import ApiToken, Team, User


class UserForm(forms.ModelForm):
    """A person as administrators edit them."""

    class Meta:
        model = User
        fields = ("email", "name", "title", "phone", "role", "department", "teams", "is_active")
        help_texts: ClassVar = {
            "email": "They sign in with it. A new person chooses a password by “Forgot password?”.",
            "is_active": "Without it they cannot sign in; their sessions and tokens end at once.",
        }


@admin.register(User)
class UserAdmin(PermittedModelAdmin):
    """People are deactivated, never deleted: their past signatures and posts stay theirs."""

    form = UserForm
    closed = frozenset({"delete"})
    list_display = ("name", "email", "role", "department", "is_active", "last_login")
    list_filter = ("role", "department", "is_active", "teams")
    search_fields = ("name", "email", "title")
    formfield_overrides: ClassVar = {
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
    }
    readonly_fields = ("joined_at", "last_login")
    fields = (
        ("name", "email"),
        ("title", "phone"),
        ("role", "department"),
        "teams",
        "is_active",
        ("joined_at", "last_login"),
    )

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            services.end_all_sessions(user=obj, by=request.user)  # type: ignore[arg-type]


@admin.register(Team)
class TeamAdmin(PermittedModelAdmin):
    list_display = ("name", "department", "time_zone")
    list_filter = ("department",)
    search_fields = ("name",)


@admin.register(ApiToken)
class ApiTokenAdmin(PermittedModelAdmin):
    """Who holds a key to the API. A key can be taken away here, not made or read."""

    closed = frozenset({"add", "change"})
    list_display = ("name", "user", "token_key", "created", "expiry", "last_used_at")
    list_filter = ("user",)
    list_select_related = ("user",)
    readonly_fields = ("name", "user", "token_key", "scopes", "created", "expiry", "last_used_at")
    fields = readonly_fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Everybody may see their own tokens, on their own page; here it is for administrators."""
        return request.user.has_perm("accounts.change_user")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.change_user")
