"""The agreed life: propose, sign, come into force, withdraw, retire."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.documents import registry
from portal.documents.models import Document, Revision, Signature
from portal.documents.services.drafts import start_draft
from portal.documents.services.rows import locked, project
from portal.documents.services.telling import tell
from portal.notifications.services import notify
from portal.todo.models import Task
from portal.todo.services import ask, settle

if TYPE_CHECKING:
    from datetime import datetime

    from portal.documents.models import AgreedDocument
    from portal.documents.schema import Missing


@transaction.atomic
def propose(*, subject: AgreedDocument, revision: Revision, by: User, note: str = "") -> Revision:
    """Put a draft before the departments that sign it, and ask their managers."""
    revision = locked(revision)
    revision.document.require_living()
    content = subject.complete(revision.content)
    if missing := subject.missing(content):
        raise _incomplete(missing)
    subject.check_proposal(content)
    if revision.document.revisions.filter(state=Revision.State.IN_REVIEW).exists():
        raise RuleViolation("Another revision is in review. It must be signed or withdrawn first.")
    revision.propose(at=timezone.now(), by=by)
    revision.note = note[:300] or revision.note
    revision.save(update_fields=["state", "proposed_at", "proposed_by", "note", "updated_at"])
    if revision.document.in_force_id is None:
        _set_status(revision.document, Document.Status.IN_REVIEW)
    record(actor=by, verb="proposed", subject=subject, data={"revision": revision.number})
    asked = _ask_for_signatures(subject, revision, by)
    words = f": {revision.note}" if revision.note else ""
    tell(
        subject,
        f"Revision {revision.number} of “{subject}” is proposed{words}",
        kind="document_followed",
        actor=by,
        besides=asked,
        url=subject.revision_url(revision),
    )
    return revision


def _incomplete(missing: list[Missing]) -> RuleViolation:
    """Names each missing part, and why it matters."""
    names = "; ".join(part.label for part in missing)
    errors: dict[str, list[str]] = defaultdict(list)
    for part in missing:
        errors[part.key].append(f"{part.label}: {part.why}")
    text = f"This cannot be proposed yet. Still missing: {names}."
    return RuleViolation(text, code="incomplete", errors=errors)


def _set_status(document: Document, status: str) -> None:
    document.status = status
    document.save(update_fields=["status", "updated_at"])


def _ask_for_signatures(subject: AgreedDocument, revision: Revision, by: User) -> set[int]:
    """Put it before the managers of each side; the ids of those who were asked."""
    asked: set[int] = set()
    for department in subject.signers():
        managers = list(User.objects.managers_of(department))
        ask(
            managers,
            kind=Task.Kind.SIGN,
            title=f"Sign “{subject}”, revision {revision.number}",
            key=f"sign:{revision.pk}:{department}",
            url=subject.revision_url(revision),
        )
        notify(
            managers,
            f"“{subject}” is proposed and waits for the signature of your department.",
            kind="document_proposed",
            url=subject.revision_url(revision),
            actor=by,
        )
        asked |= {manager.pk for manager in managers}
    return asked


@transaction.atomic
def sign(*, subject: AgreedDocument, revision: Revision, by: User) -> Signature:
    """Give the word of one's department. With the last signature the revision comes into force."""
    revision = locked(revision)
    revision.document.require_living()
    subject.refresh_from_db()
    departments = subject.signers()
    revision.check_signer(by, departments)
    now = timezone.now()
    try:
        with transaction.atomic():
            signature = Signature.objects.create(
                revision=revision, department=by.department, signer=by, signed_at=now
            )
    except IntegrityError as error:
        raise RuleViolation(_why_not_again(revision, by)) from error
    record(
        actor=by,
        verb="signed",
        subject=subject,
        data={"revision": revision.number, "department": by.department},
    )
    settle(f"sign:{revision.pk}:{by.department}")
    signed = set(revision.signatures.values_list("department", flat=True))
    if signed >= set(departments):
        _come_into_force(subject, revision, by, now)
    else:
        tell(
            subject,
            f"“{subject}” was signed for {by.get_department_display().lower()}.",
            kind="document_signed",
            actor=by,
        )
    return signature


def _why_not_again(revision: Revision, by: User) -> str:
    if revision.signatures.filter(signer=by).exclude(department=by.department).exists():
        return "You have signed this revision for the other side. One person never signs for both."
    return "This revision has already been signed for your department."


def _come_into_force(subject: AgreedDocument, revision: Revision, by: User, now: datetime) -> None:
    document = revision.document
    if document.in_force_id:
        former = Revision.objects.get(pk=document.in_force_id)
        former.supersede(at=now)
        former.save(update_fields=["state", "superseded_at", "updated_at"])
    revision.agree(at=now)
    revision.save(update_fields=["state", "agreed_at", "updated_at"])
    document.in_force, document.in_force_since = revision, now
    document.status = Document.Status.AGREED
    document.review_on = timezone.localdate(now) + timedelta(days=subject.review_after_days)
    document.save(update_fields=["in_force", "in_force_since", "status", "review_on", "updated_at"])
    settle(f"review:{document.pk}")
    subject.document = document
    project(subject, revision.content)
    record(actor=by, verb="agreed", subject=subject, data={"revision": revision.number})
    tell(
        subject,
        f"“{subject}” is agreed: revision {revision.number} is in force.",
        kind="document_agreed",
        actor=by,
    )
    registry.announce_agreed(subject=subject, revision=revision, by=by)


@transaction.atomic
def withdraw(*, subject: AgreedDocument, revision: Revision, by: User) -> Revision:
    """Take a proposal back. Its text is kept, and a new draft carries on from it."""
    revision = locked(revision)
    _take_back(subject, revision)
    if revision.document.in_force_id is None:
        _set_status(revision.document, Document.Status.DRAFT)
    record(actor=by, verb="withdrew", subject=subject, data={"revision": revision.number})
    tell(
        subject,
        f"Revision {revision.number} of “{subject}” was withdrawn.",
        kind="document_withdrawn",
        actor=by,
    )
    return start_draft(subject=subject, by=by, based_on=revision, note=revision.note)


def _take_back(subject: AgreedDocument, revision: Revision) -> None:
    """Out of review: nobody is asked to sign it any more."""
    revision.withdraw()
    revision.save(update_fields=["state", "updated_at"])
    for department in subject.signers():
        settle(f"sign:{revision.pk}:{department}")


@transaction.atomic
def retire(*, subject: AgreedDocument, reason: str, by: User) -> None:
    """Take a document out of use. Threads, revisions and signatures stay."""
    document = Document.objects.select_for_update().get(pk=subject.document_id)
    document.retire(at=timezone.now(), by=by, reason=reason)
    document.save(
        update_fields=["retired_at", "retired_by", "retired_because", "status", "updated_at"]
    )
    subject.document = document
    for revision in document.revisions.filter(state=Revision.State.IN_REVIEW):
        _take_back(subject, revision)
    settle(f"review:{document.pk}")
    record(actor=by, verb="retired", subject=subject, summary=reason)
    tell(
        subject,
        f"“{subject}” was retired: {document.retired_because}",
        kind="document_retired",
        actor=by,
    )
    registry.announce_retired(subject=subject, by=by)
