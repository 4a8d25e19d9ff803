"""Remembering that somebody was erased, without remembering who: keyed digests of their keys."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from leads.erased import Key
from leads.mailboxes import canonical as email_canonical
from leads.normalising import email_key
from leads.privacy.models import PersonRequest, Tombstone
from portal.activity.services import record
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from portal.accounts.models import User

_PURPOSE = b"accord tombstone"
_AT_ONCE = 500


def digests(key: Key) -> list[str]:
    """The digest under the site's key, then under those it had before."""
    kind, value = key
    secrets = [str(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return [
        hmac.new(
            hashlib.sha256(_PURPOSE + secret.encode()).digest(),
            f"{kind}\0{value.casefold()}".encode(),
            hashlib.sha256,
        ).hexdigest()
        for secret in secrets
    ]


def bury(keys: Iterable[Key], request: PersonRequest) -> int:
    """From now on nobody with one of these keys is taken in. Safe to do twice."""
    now = timezone.now()
    rows = [
        Tombstone(kind=key[0], digest=digests(key)[0], request=request, buried_at=now)
        for key in sorted(keys)
    ]
    Tombstone.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def buried_among(keys: set[Key]) -> set[Key]:
    """Those of the keys that belong to somebody erased; one query for every few hundred."""
    if not Tombstone.objects.filter(lifted_at=None).exists():
        return set()
    known = {(key[0], digest): key for key in keys for digest in digests(key)}
    asked, found = [digest for _, digest in known], set()
    for start in range(0, len(asked), _AT_ONCE):
        rows = Tombstone.objects.filter(
            lifted_at=None, digest__in=asked[start : start + _AT_ONCE]
        ).values_list("kind", "digest")
        found |= {known[row] for row in rows if row in known}
    return found


@transaction.atomic
def lift(*, email: str, reason: str, by: User | None) -> int:
    """The person came back by their own wish. What was erased stays erased."""
    key = email_key(email)
    if not key or not reason.strip():
        raise RuleViolation("Give the e-mail address of the person and the reason.")
    wanted = {("email", key), ("email_canonical", email_canonical(key))}
    stones = Tombstone.objects.filter(
        lifted_at=None, digest__in=[digest for each in wanted for digest in digests(each)]
    )
    requests = set(stones.values_list("request_id", flat=True))
    # The other keys of the same erasure would keep the person out as well.
    stones = stones | Tombstone.objects.filter(lifted_at=None, request_id__in=requests - {None})
    lifted = Tombstone.objects.filter(pk__in=list(stones.values_list("pk", flat=True))).update(
        lifted_at=timezone.now(), lifted_by=by, lifted_because=reason.strip()[:300]
    )
    if not lifted:
        raise RuleViolation(
            "Nobody with this address was erased here, so there is nothing to lift."
        )
    for request in PersonRequest.objects.filter(pk__in=requests - {None}):
        record(actor=by, verb="lifted", subject=request, summary=reason.strip()[:300])
    return lifted
