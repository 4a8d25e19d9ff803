"""Acts on requests of people: ask, do, withdraw, fetch."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.normalising import email_key
from leads.privacy import erasing, exporting
from leads.privacy.models import ANSWER_WITHIN, PersonRequest
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from portal.accounts.models import User

Kind, State = PersonRequest.Kind, PersonRequest.State


def ask(
    *, kind: str, email: str, reason: str, by: User | None, form_token: str = ""
) -> PersonRequest:
    """Note that somebody wants a copy or an erasure; it is done by a second act. Twice is once."""
    if not email_key(email):
        raise RuleViolation("Give the e-mail address of the person.")
    if not reason.strip():
        raise RuleViolation("Say how and when the person asked.")
    now = timezone.now()
    request = PersonRequest(
        kind=kind, email=email.strip(), reason=reason.strip()[:300], asked_by=by, asked_at=now,
        due_on=timezone.localdate(now + ANSWER_WITHIN), form_token=form_token,
    )  # fmt: skip
    try:
        with transaction.atomic():
            request.save(force_insert=True)
            record(actor=by, verb="asked", subject=request, summary=request.get_kind_display())
    except IntegrityError:
        return PersonRequest.objects.get(form_token=form_token)
    return request


@transaction.atomic
def run_request(*, request: PersonRequest, by: User | None) -> PersonRequest:
    """Do it, in the background."""
    request = _started(request, by)
    kind = "privacy.erase_person" if request.is_erasure else "privacy.export_person"
    request.job = enqueue(
        kind=kind, args={"request": request.pk}, actor=by, unique_key=f"{kind}:{request.pk}"
    )
    request.save(update_fields=["job"])
    return request


def _started(request: PersonRequest, by: User | None) -> PersonRequest:
    request = PersonRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    before = request.state
    request.start(by_id=by.pk if by else None)
    changed = PersonRequest.objects.filter(pk=request.pk, state=before).update(
        state=request.state, run_by=by, message=""
    )
    if not changed:
        raise RuleViolation("This request has already been dealt with. Nothing was done twice.")
    return request


def begin(*, request: PersonRequest, by: User | None) -> PersonRequest:
    """Start without a background job: the caller does the work itself."""
    with transaction.atomic():
        return _started(request, by)


def erase(*, request: PersonRequest, by: User | None) -> PersonRequest:
    """The erasure itself, in a job or a command."""
    erasing.erase_person(request=request, by=by)
    request.refresh_from_db()
    return request


def export(*, request: PersonRequest, by: User | None) -> PersonRequest:
    """Make the copy and keep it with the request. The audit names the request, not the person."""
    if request.state == State.DONE:
        return request
    found = exporting.everything_about(request.email)
    request.result = {name: len(rows) for name, rows in found.items()}
    request.file.save(
        f"{secrets.token_hex(16)}.zip", ContentFile(exporting.archive_of(found)), save=False
    )
    request.state, request.finished_at = State.DONE, timezone.now()
    request.save()
    record(actor=by, verb="copied", subject=request, data=request.result)
    return request


def erase_now(*, email: str, reason: str, by: User | None = None) -> PersonRequest:
    """Ask and erase in one act, for the command on the machine itself."""
    request = ask(kind=Kind.ERASURE, email=email, reason=reason, by=by)
    return erase(request=begin(request=request, by=by), by=by)


def export_now(*, email: str, reason: str, by: User | None = None) -> PersonRequest:
    request = ask(kind=Kind.EXPORT, email=email, reason=reason, by=by)
    return export(request=begin(request=request, by=by), by=by)


@transaction.atomic
def withdraw(*, request: PersonRequest, by: User) -> PersonRequest:
    request = PersonRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    request.withdraw(at=timezone.now())
    request.save(update_fields=["state", "finished_at"])
    record(actor=by, verb="withdrew", subject=request)
    return request


def failed(*, request: PersonRequest, sentence: str) -> None:
    """The request can be started again."""
    PersonRequest.objects.filter(pk=request.pk, state=State.RUNNING).update(
        state=State.FAILED, message=sentence[:300]
    )


def replay_tombstones() -> int:
    """After a restore: erase again whom the restored database holds although they were erased.

    A backup may be older than an erasure. Tombstones come with it only as old as it is, so an
    operator brings the newer ones first (``restore`` keeps them); this erases every lead that one fits.
    """
    from leads.erased import erased_among, keys_of_values
    from leads.models import Lead

    again = 0
    columns = ("pk", "email", "email_key", "email_canonical", "phone_key", "external_id")
    rows = list(Lead._base_manager.order_by("pk").values(*columns))
    for start in range(0, len(rows), 1_000):
        part = rows[start : start + 1_000]
        found = erased_among({key for row in part for key in keys_of_values(row)})
        for row in part:
            if keys_of_values(row) & found and row["email"]:
                erase_now(email=row["email"], reason="Erased before a restore brought them back.")
                again += 1
    return again
