"""Every address of the portal and what the policy asks for it, read from the URL configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.generic import RedirectView

from portal.accounts.admin_site import USE_ADMIN
from portal.accounts.decorators import PUBLIC
from portal.accounts.models import User
from portal.accounts.roles import Department, Role

#: The people of the table: every role, and both kinds of manager.
COLUMNS: dict[str, tuple[Role, Department]] = {
    "marketer": (Role.MARKETER, Department.MARKETING),
    "rep": (Role.REP, Department.SALES),
    "manager of marketing": (Role.MANAGER, Department.MARKETING),
    "manager of sales": (Role.MANAGER, Department.SALES),
    "executive": (Role.EXECUTIVE, Department.LEADERSHIP),
    "administrator": (Role.ADMINISTRATOR, Department.OPERATIONS),
}
STRANGER = "stranger"

#: Addresses of packages that need no account.
OPEN_NAMES = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
        "admin:login",
    }
)
#: Addresses of packages that need an account and are about nobody but oneself.
OWN_NAMES = frozenset(
    {
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
#: What each page of a model in the admin asks for.
ADMIN_VERBS = {
    "changelist_view": "view",
    "add_view": "add",
    "change_view": "view",
    "delete_view": "delete",
    "history_view": "view",
}


@dataclass(frozen=True)
class Route:
    """One address with one method. ``action`` is None where nothing was declared: a mistake."""

    kind: str
    method: str
    path: str
    name: str
    action: str | None
    callback: Callable[..., Any] = field(repr=False, compare=False)

    @property
    def is_open(self) -> bool:
        return self.action == PUBLIC

    def admits(self, user: User) -> bool:
        """Whether the policy lets this role in at all; which rows it then finds is another matter."""
        if self.is_open:
            return True
        if self.kind != "admin" or not hasattr(self.callback, "model_admin"):
            return self.action is not None and user.has_perm(self.action)
        verb = admin_verb(self.callback, self.method)
        request = SimpleNamespace(user=user)
        may = getattr(self.callback.model_admin, f"has_{verb}_permission") if verb else None
        return user.has_perm(USE_ADMIN) and (may(request) if may else user.has_perm(self.action))  # type: ignore[arg-type]

    def expected(self, column: str) -> str:
        """What somebody of this column gets: allow, or the status of the refusal."""
        if column == STRANGER:
            return "allow" if self.is_open else {"api": "401"}.get(self.kind, "302")
        role, department = COLUMNS[column]
        user = User(role=role, department=department, is_active=True)
        return "allow" if self.admits(user) else "403"


def walk() -> list[Route]:
    """Every route of the site, in the order of the URL configuration."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: list[Any], prefix: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from _walk(entry.url_patterns, path, inner)
        else:
            yield from _routes_of(entry, path, spaces)


def _routes_of(entry: URLPattern, path: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    callback = entry.callback
    name = ":".join((*spaces, entry.name or ""))
    kind = _kind(callback, spaces)
    for method, action in _methods(callback, name, kind):
        yield Route(kind, method, simplify_regex(path), name, action, callback)


def _kind(callback: Any, spaces: tuple[str, ...]) -> str:
    if hasattr(callback, "cls"):
        return "api"
    return "admin" if "admin" in spaces else "page"


def _methods(callback: Any, name: str, kind: str) -> list[tuple[str, str | None]]:
    """Method and policy action of everything that this address does."""
    if kind == "api":
        return list(_api_methods(callback))
    return [
        (method, _page_action(callback, name, method, kind)) for method in _page_methods(callback)
    ]


def _api_methods(callback: Any) -> Iterator[tuple[str, str | None]]:
    view = callback.cls
    plain: str | None = getattr(view, "policy_action", None)
    actions: dict[str, str] | None = getattr(callback, "actions", None)
    if not actions:
        for method in ("get", "post", "put", "patch", "delete"):
            if hasattr(view, method):
                yield method.upper(), plain
        return
    for method, act in actions.items():
        if method not in {"head", "options"}:
            yield method.upper(), view.policy.get("list" if act == "count" else act, plain)


def _page_action(callback: Any, name: str, method: str, kind: str) -> str | None:
    declared: str | None = getattr(callback, "action", None)
    if declared:
        return declared
    if name in OPEN_NAMES:
        return PUBLIC
    if name in OWN_NAMES:
        return "accounts.change_me"
    return _admin_action(callback, method) if kind == "admin" else None


def admin_verb(callback: Any, method: str) -> str | None:
    """What a page of a model in the admin asks for; None for one that Django does not know."""
    name = callback.__name__
    return "change" if (name, method) == ("change_view", "POST") else ADMIN_VERBS.get(name)


def _admin_action(callback: Any, method: str) -> str | None:
    model_admin = getattr(callback, "model_admin", None)
    only_redirects = getattr(callback, "view_class", None) is RedirectView
    if model_admin is None or only_redirects:
        return USE_ADMIN
    verb = admin_verb(callback, method)
    return model_admin.action(verb) if verb else None


def _page_methods(callback: Any) -> list[str]:
    """The methods that a page takes, out of Django's own decorator; GET and POST without one."""
    view: Any = callback
    while view is not None:
        code = getattr(view, "__code__", None)
        if code is not None and "request_method_list" in code.co_freevars:
            cell = view.__closure__[code.co_freevars.index("request_method_list")]
            return [method for method in cell.cell_contents if method != "HEAD"]
        view = getattr(view, "__wrapped__", None)
    return ["GET", "POST"]
