"""Acts on people, their tokens and their sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.history import record
from portal.accounts.limits import forget_old
from portal.accounts.models import ApiToken, KeptAnswer, User
from portal.core.errors import RuleViolation

TOKEN_PREFIX = "accord_"  # noqa: S105 - how a found token is recognised, not a secret
LONGEST_TOKEN_DAYS = 365


@transaction.atomic
def create_token(
    *,
    user: User,
    by: User,
    name: str,
    scopes: Iterable[str],
    days: int = 90,
    form_token: str = "",
) -> tuple[ApiToken, str]:
    """Make a key to the API. The second value is the only time that the token can be read.

    The same ``form_token`` again makes nothing: it gives the first token, and no text of it.
    """
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(ApiToken.Scope.values):
        raise RuleViolation("A token may read, write, or both. Choose at least one.")
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise RuleViolation(f"A token lives between 1 and {LONGEST_TOKEN_DAYS} days.")
    if not user.is_active:
        raise RuleViolation("This person has been deactivated and can have no token.")
    try:
        with transaction.atomic():
            token, secret = ApiToken.objects.create(
                user,
                expiry=timedelta(days=days),
                prefix=TOKEN_PREFIX,
                name=name.strip()[:80],
                scopes=wanted,
                form_token=form_token,
            )
    except IntegrityError:
        return ApiToken.objects.get(user=user, form_token=form_token), ""
    record(actor=by, verb="made a token", subject=user, summary=token.name, data={"scopes": wanted})
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> None:
    """End a token at once."""
    record(actor=by, verb="revoked a token", subject=token.user, summary=token.name)
    token.delete()


@transaction.atomic
def end_session(*, session: UserSession, by: User) -> None:
    """Sign one browser out."""
    record(actor=by, verb="ended a session", subject=session.user)
    session.end()


@transaction.atomic
def end_other_sessions(*, user: User, keep: str | None) -> int:
    """Sign a person out everywhere but in the browser with the session key ``keep``."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in others:
        session.end()
    if others:
        record(actor=user, verb="ended other sessions", subject=user)
    return len(others)


@transaction.atomic
def end_all_sessions(*, user: User, by: User) -> int:
    """Sign a person out everywhere."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    if sessions:
        record(actor=by, verb="ended all sessions", subject=user)
    return len(sessions)


def forget_expired(at: datetime | None = None) -> dict[str, int]:
    """Delete expired tokens, old answers and old limits. The sweep calls this; safe to repeat."""
    at = at or timezone.now()
    return {
        "tokens": ApiToken.objects.filter(expiry__lt=at).delete()[0],
        "answers": KeptAnswer.objects.filter(made_at__lt=at - timedelta(hours=24)).delete()[0],
        "limits": forget_old(at),
    }
