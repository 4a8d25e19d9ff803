"""The admin's door: the portal's own sign-in, the portal's own answer to whoever may not."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.admin_base import PermittedModelAdmin

#: Value of ``view.action`` for every page of the admin; each model page asks for more.
USE_ADMIN = "accounts.use_admin"


class PortalAdminSite(AdminSite):
    """Open to those whom the policy lets in; signed in elsewhere, signed out elsewhere."""

    site_header = "Accord administration"
    site_title = "Accord administration"
    index_title = "What the two sides have agreed, and who works here"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only what stands under the policy; packages that offer their own tables are left out."""
        if admin_class is not None and issubclass(admin_class, PermittedModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def unregister(self, model_or_iterable: Any) -> None:
        """Some packages take back what they registered; that may never have been let in."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        super().unregister([model for model in models if self.is_registered(model)])

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(USE_ADMIN)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Somebody who is signed in but may not come in gets a 403, not the sign-in page again."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            if any("\x00" in value for values in request.GET.lists() for value in values[1]):
                raise BadRequest("No question holds a NUL character.")  # PostgreSQL has none.
            return inner(request, *args, **kwargs)

        guarded.action = USE_ADMIN  # type: ignore[attr-defined]
        return update_wrapper(guarded, inner, updated=())

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return secure_admin_login(super().login)(request, extra_context)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return redirect("account_change_password")

    def password_change_done(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return redirect("account_change_password")
