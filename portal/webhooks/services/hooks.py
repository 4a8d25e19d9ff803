"""Making and tending hooks. Tokens and secrets leave these functions once and are never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit
from portal.webhooks.models import GRACE, Hook
from portal.webhooks.secrets import SHOWN, Safe, digest_of, new_secret, new_token

if TYPE_CHECKING:
    from portal.accounts.models import User

#: What people may change of a hook.
CHANGEABLE = ("name", "system", "campaign", "source", "is_active", "per_minute")


@transaction.atomic
def create_hook(*, by: User, form_token: str = "", **fields: Any) -> tuple[Hook, str]:
    """A new address. The second value is the only time that its token can be read.

    The same ``form_token`` again makes nothing: it gives the first hook, and no token.
    """
    token = new_token()
    hook = Hook(
        acts_for=by, prefix=token[:SHOWN], digest=digest_of(token), form_token=form_token, **fields
    )
    try:
        with transaction.atomic():
            hook.save(force_insert=True)
    except IntegrityError:
        if made := made_by_form(form_token):
            return made, ""
        raise RuleViolation("There is a webhook of this name. Choose another.") from None
    record(actor=by, verb="made a webhook", subject=hook, summary=hook.name)
    return hook, token


def made_by_form(form_token: str) -> Hook | None:
    """The hook that this very form has already made, when it is sent a second time."""
    return Hook.objects.filter(form_token=form_token).exclude(form_token="").first()


@transaction.atomic
def change_hook(*, hook: Hook, by: User, **fields: Any) -> Hook:
    changed = [
        name for name in CHANGEABLE if name in fields and getattr(hook, name) != fields[name]
    ]
    for name in changed:
        setattr(hook, name, fields[name])
    if changed:
        hook.save(update_fields=changed)
        record(actor=by, verb="changed", subject=hook, summary=hook.name, data={"fields": changed})
    return hook


@transaction.atomic
def rotate_hook(*, hook: Hook, by: User, seen: str = "") -> tuple[Hook, str]:
    """A new token; the old one works for another day. The hook acts for whoever did this.

    ``seen`` is how the token began that the person wanted to replace. A second click would take
    the day away from the token that tools still use, so it is refused.
    """
    hook, token, at = Hook.objects.select_for_update().get(pk=hook.pk), new_token(), timezone.now()
    if seen and seen != hook.prefix:
        raise StaleEdit(
            "This webhook has been given a new token since you opened the page. Nothing was changed."
        )
    hook.old_digest, hook.old_until = hook.digest, at + GRACE
    hook.digest, hook.prefix, hook.rotated_at = digest_of(token), token[:SHOWN], at
    hook.acts_for = by
    hook.save(
        update_fields=["digest", "prefix", "old_digest", "old_until", "rotated_at", "acts_for"]
    )
    record(actor=by, verb="gave a webhook a new token", subject=hook, summary=hook.name)
    return hook, token


@transaction.atomic
def make_secret(*, hook: Hook, by: User) -> str:
    """From now on every body must be signed with this; shown once."""
    secret = new_secret()
    hook.secret = Safe(settings.SECRET_KEY).locked(secret)
    hook.save(update_fields=["secret"])
    record(actor=by, verb="made a signing secret", subject=hook, summary=hook.name)
    return secret


@transaction.atomic
def drop_secret(*, hook: Hook, by: User) -> Hook:
    hook.secret = ""
    hook.save(update_fields=["secret"])
    record(actor=by, verb="dropped the signing secret", subject=hook, summary=hook.name)
    return hook
