"""How allauth behaves here: nobody signs up, tries are limited, secrets are kept encrypted."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.limits import SIGN_IN_WINDOW, Taken, take
from portal.accounts.models import User, normalise_email
from portal.accounts.roles import Department, Role
from portal.accounts.sessions import signed_in_recently
from portal.core.errors import TooManyTries

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin

TOO_OFTEN = (
    "There were too many tries to sign in. Nothing was changed, and nobody is locked out for good: "
    "wait a few minutes, then try again or reset the password."
)


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by e-mail and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that tries are counted by; proxies in front are believed as configured."""
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        trusted = settings.TRUSTED_PROXIES
        claimed = hops[-trusted] if 0 < trusted <= len(hops) else ""
        for address in (claimed, request.META.get("REMOTE_ADDR", "")):
            with suppress(ValueError):
                return str(ip_address(address))
        return "127.0.0.1"  # A socket of this machine has no address.

    def take_try(self, request: HttpRequest, name: str) -> tuple[Taken, Taken]:
        """Count a try by name and by address before the password is looked at."""
        per_name, per_address = settings.LOGIN_LIMIT
        address = _neighbourhood(self.get_client_ip(request))
        by_address = take(
            "sign-in from", address, limit=per_address, window=SIGN_IN_WINDOW, message=TOO_OFTEN
        )
        name = normalise_email(name)
        try:
            by_name = take(
                "sign-in as", name, limit=per_name, window=SIGN_IN_WINDOW, message=TOO_OFTEN
            )
        except TooManyTries:
            by_address.give_back()  # One forgetful colleague must not close the door for an office.
            raise
        return by_address, by_name

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        tries = self.take_try(
            request, credentials.get("email") or credentials.get("username") or ""
        )
        user = super().authenticate(request, **credentials)
        if user is not None:
            for each in tries:
                each.give_back()
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth's own limit rests on a cache; ``take_try`` counts in the database instead."""

    def reauthenticate(self, user: User, password: str) -> bool:
        tries = self.take_try(self.request, user.email)
        if not user.check_password(password):
            return False
        for each in tries:
            each.give_back()
        return True

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has just signed in need not prove it again for the next five minutes."""
        return not signed_in_recently(self.request)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail leads to the configured address, whatever host the request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL.rstrip("/") + path.replace("UID-KEY", quote(key))


class SocialAdapter(DefaultSocialAccountAdapter):
    """Sign-in through the company's provider: links by verified e-mail, creates only if told to."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return bool(settings.OIDC_NEW_ROLE)

    def populate_user(
        self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        user: User = sociallogin.user
        user.email = normalise_email(data.get("email") or "")
        full = f"{data.get('first_name') or ''} {data.get('last_name') or ''}".strip()
        user.name = (data.get("name") or full or user.email)[:120]
        user.role = settings.OIDC_NEW_ROLE or Role.EXECUTIVE
        user.department = Department.SALES if user.role == Role.REP else Department.MARKETING
        if user.role == Role.EXECUTIVE:
            user.department = Department.LEADERSHIP
        return user


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of the second factor encrypted under the site's key."""

    def get_totp_issuer(self) -> str:
        return "Accord"

    def encrypt(self, text: str) -> str:
        return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()


def _neighbourhood(address: str) -> str:
    """An IPv6 household has 2⁶⁴ addresses, so its network counts as one."""
    if ":" not in address:
        return address
    return str(ip_network(f"{address}/64", strict=False))


def _cipher(secret: str) -> Fernet:
    digest = hashlib.sha256(b"accord second factor" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
