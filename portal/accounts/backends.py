"""Django's ``user.has_perm`` reads the policy table."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Model
from django.http import HttpRequest

from portal.accounts.models import User, normalise_email
from portal.accounts.policy import GRANTS, scope_for
from portal.accounts.roles import Scope


class RoleBackend(ModelBackend):
    """Password sign-in by e-mail, and permissions from the policy."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Any:
        email = username or kwargs.get("email")
        return super().authenticate(
            request, username=normalise_email(email) if email else None, password=password
        )

    def get_user(self, user_id: int) -> User | None:
        """Almost every page asks for the teams, so they come along."""
        user = User.objects.with_team_ids().filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: User, perm: str, obj: Model | None = None) -> bool:
        scope = scope_for(user_obj, perm)
        if scope is None:
            return False
        if obj is None or scope == Scope.ALL:
            return True
        rows: Any = type(obj)._default_manager
        return rows.permitted(user_obj, perm).filter(pk=obj.pk).exists()

    def has_module_perms(self, user_obj: User, app_label: str) -> bool:
        return any(
            scope_for(user_obj, action) is not None
            for action in GRANTS
            if action.startswith(f"{app_label}.")
        )

    def get_all_permissions(self, user_obj: User, obj: Model | None = None) -> set[str]:
        return {action for action in GRANTS if scope_for(user_obj, action) is not None}

    def get_user_permissions(self, user_obj: User, obj: Model | None = None) -> set[str]:
        return self.get_all_permissions(user_obj, obj)

    def get_group_permissions(self, user_obj: User, obj: Model | None = None) -> set[str]:
        return set()
