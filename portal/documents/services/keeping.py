"""Keeping a document alive: decisions, watchers, review dates and their reminders."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from portal.activity.services import record
from portal.documents.models import Decision, Document
from portal.documents.services.rows import touch
from portal.documents.services.telling import keepers, tell
from portal.notifications.models import Notification
from portal.notifications.services import notify
from portal.todo.models import Task
from portal.todo.services import ask, settle

if TYPE_CHECKING:
    from datetime import date, datetime

    from portal.accounts.models import User
    from portal.documents.models import AgreedDocument

REMINDER_DAYS = (28, 14)


@transaction.atomic
def record_decision(
    *, subject: AgreedDocument, what: str, why: str, decided_on: date, by: User
) -> Decision:
    """Write down what was decided about the document, and why. The same words are one decision."""
    Document.objects.select_for_update().get(pk=subject.document_id)  # Two clicks take turns.
    said: dict[str, Any] = {"what": what, "why": why, "decided_on": decided_on, "by": by}
    if known := Decision.objects.filter(document_id=subject.document_id, **said).first():
        return known
    decision = Decision.objects.create(document_id=subject.document_id, **said)
    touch(subject)
    record(actor=by, verb="recorded a decision", subject=subject, summary=what)
    tell(
        subject,
        f"Decided about “{subject}”: {what}",
        kind="document_followed",
        actor=by,
        url=f"{subject.get_absolute_url()}#decisions",
    )
    return decision


@transaction.atomic
def set_watching(*, subject: AgreedDocument, by: User, watching: bool) -> None:
    """Follow a document, or stop."""
    if watching:
        subject.document.watchers.add(by)
    else:
        subject.document.watchers.remove(by)


@transaction.atomic
def set_review_date(*, subject: AgreedDocument, review_on: date, by: User) -> None:
    """Choose the day by which the document must be looked at again."""
    document = Document.objects.select_for_update().get(pk=subject.document_id)
    document.set_review(review_on=review_on, today=timezone.localdate())
    document.save(update_fields=["review_on", "updated_at"])
    settle(f"review:{subject.document_id}")
    record(
        actor=by,
        verb="set the review date",
        subject=subject,
        data={"review_on": review_on.isoformat()},
    )


@transaction.atomic
def hand_over(*, subject: AgreedDocument, owner: User, by: User) -> None:
    """Give a document to another owner, who follows it from now on and looks at it again."""
    document = (
        Document.objects.select_for_update().select_related("owner").get(pk=subject.document_id)
    )
    former = document.owner
    document.hand_over(owner=owner, may_write=owner.has_perm(subject.action("change")))
    document.save(update_fields=["owner", "updated_at"])
    document.watchers.add(owner)
    subject.document = document
    key = f"review:{document.pk}"
    if settle(key):
        _ask_to_review(document, subject, key)
    record(actor=by, verb="handed over", subject=subject, summary=f"{former} → {owner}")
    notify(
        [former, owner],
        f"“{subject}” is looked after by {owner} from now on.",
        kind="document_owner",
        url=subject.get_absolute_url(),
        actor=by,
    )


def remind_of_reviews(at: datetime) -> dict[str, int]:
    """Remind owners 28 and 14 days before a review, and when it is due. Safe to run twice.

    What has been said already is asked for once, and each kind of document once.
    """
    today = timezone.localdate(at)
    last = today + timedelta(days=max(REMINDER_DAYS))
    due = {
        _reminder_key(document, today): document
        for document in Document.objects.due_for_review(last).select_related("owner")
    }
    told = set(Notification.objects.filter(key__in=due).values_list("key", flat=True))
    waiting = {key: document for key, document in due.items() if key not in told}
    subjects = _subjects_of(list(waiting.values()))
    for key, document in waiting.items():
        _remind(document, subjects[document.pk], key, today)
    return {"reminded": len(waiting)}


def _days_left(document: Document, today: date) -> int:
    return (document.review_on - today).days if document.review_on else 0


def _reminder_key(document: Document, today: date) -> str:
    """Names the step: 28 or 14 days before, or 0 when the day has come."""
    left = _days_left(document, today)
    step = 0 if left <= 0 else min(days for days in REMINDER_DAYS if left <= days)
    return f"review:{document.pk}:{document.review_on}:{step}"


def _subjects_of(documents: list[Document]) -> dict[int, AgreedDocument]:
    """The persona, brief, … of each document, by the document's key; one query a kind."""
    kinds = {document.kind: document.subject_model for document in documents}
    keys = [document.pk for document in documents]
    return {
        subject.document_id: subject
        for model in kinds.values()
        for subject in model.objects.filter(document__in=keys)
    }


@transaction.atomic
def _remind(document: Document, subject: AgreedDocument, key: str, today: date) -> None:
    left = _days_left(document, today)
    when = "is due for review" if left <= 0 else f"is due for review in {left} days"
    url = subject.get_absolute_url()
    notify(keepers(document), f"“{subject}” {when}.", kind="document_review", url=url, key=key)
    if left <= min(REMINDER_DAYS):
        _ask_to_review(document, subject, f"review:{document.pk}")


def _ask_to_review(document: Document, subject: AgreedDocument, key: str) -> None:
    ask(
        keepers(document),
        kind=Task.Kind.REVIEW,
        title=f"Review “{subject}”",
        key=key,
        url=subject.get_absolute_url(),
    )
