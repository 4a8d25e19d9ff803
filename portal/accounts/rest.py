"""API authentication and permission. Must not import viewsets: DRF loads these at start-up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from portal.accounts.models import ApiToken, User

if TYPE_CHECKING:
    from rest_framework.views import APIView

READ, WRITE = ApiToken.Scope.READ.value, ApiToken.Scope.WRITE.value
LONGEST_TOKEN = 200
#: How often the use of a token is noted; a write for every call would cost more than the call.
NOTE_USE_EVERY = timedelta(hours=1)


class TokenAuthentication(KnoxTokenAuthentication):
    """``Authorization: Bearer TOKEN``; tokens are hashed at rest, expire, and carry scopes."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        """One look-up by digest: a token holds 256 random bits, so there is nothing to guess."""
        refused = exceptions.AuthenticationFailed(_("The token is unknown, expired or revoked."))
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise refused
        now = timezone.now()
        rows = ApiToken.objects.usable_at(now).select_related("user")
        found = rows.filter(digest=hash_token(token.decode())).first()
        if found is None:
            raise refused
        if found.last_used_at is None or now - found.last_used_at > NOTE_USE_EVERY:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        return found.user, found


class RolePermission(BasePermission):
    """Asks the policy for the action that the viewset names; a viewset without one is closed."""

    message = _("Your role may not do this.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user or not request.user.is_authenticated:
            raise exceptions.NotAuthenticated
        if not _token_allows(request):
            self.message = _("This token may only read.") if request.auth else self.message
            return False
        if _is_no_method(request, view):
            raise exceptions.MethodNotAllowed(str(request.method))
        action = policy_action(view, request)
        return action is not None and request.user.has_perm(action)


def policy_action(view: APIView, request: Request) -> str | None:
    """The policy action of this call: the viewset's ``policy`` by DRF action name.

    ``count`` needs what ``list`` needs; a plain APIView names one ``policy_action``.
    """
    if request.method == "OPTIONS":
        return "accounts.use_api"
    named: dict[str, str] = getattr(view, "policy", {})
    act = getattr(view, "action", None) or ""
    return named.get("list" if act == "count" else act) or getattr(view, "policy_action", None)


def _is_no_method(request: Request, view: APIView) -> bool:
    """A method that this address does not have is a 405, whoever asks."""
    return str(request.method).lower() not in {name.lower() for name in view.allowed_methods}


def _token_allows(request: Request) -> bool:
    scopes = getattr(request.auth, "scopes", None)
    if scopes is None:
        return True
    needed = READ if request.method in SAFE_METHODS else WRITE
    return needed in scopes
