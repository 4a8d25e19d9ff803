"""Publishing, postponing, cancelling a campaign, and reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from campaigns.models import Acknowledgement, Campaign
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.documents.models import Revision
from portal.documents.services.rows import touch
from portal.documents.services.telling import tell
from portal.notifications.services import notify
from portal.todo.models import Task
from portal.todo.services import ask, settle

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet


def _locked(campaign: Campaign) -> Campaign:
    return (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("document")
        .get(pk=campaign.pk)
    )


def readers() -> QuerySet[User]:
    """Who must acknowledge a published brief: every active rep."""
    return User.objects.with_role(Role.REP)


def ask_readers(campaign: Campaign, reps: Iterable[User]) -> None:
    ask(
        reps,
        kind=Task.Kind.ACKNOWLEDGE,
        title=f"Read and acknowledge “{campaign}”",
        key=reading_key(campaign),
        url=campaign.get_absolute_url(),
    )


def reading_key(campaign: Campaign) -> str:
    """Names what a rep owes: to have read the revision in force."""
    return f"acknowledge:{campaign.pk}:{campaign.document.in_force_id}"


def _tell_readers(campaign: Campaign, text: str, *, by: User | None, key: str = "") -> None:
    kind = "campaign_changed"
    url = campaign.get_absolute_url()
    notify(readers(), text, kind=kind, url=url, actor=by, key=key)
    reps = set(readers().values_list("pk", flat=True))
    tell(campaign, text, kind="document_followed", actor=by, besides=reps)


@transaction.atomic
def publish_campaign(*, campaign: Campaign, by: User) -> Campaign:
    """Put the agreed brief before every rep; each acknowledges it."""
    campaign = _locked(campaign)
    campaign.publish(at=timezone.now())
    campaign.save(update_fields=["published_at"])
    touch(campaign)
    record(actor=by, verb="published", subject=campaign)
    reps, url = list(readers()), campaign.get_absolute_url()
    text = f"Campaign “{campaign}” is published: {campaign.message}"
    notify(reps, text, kind="campaign_published", url=url, actor=by)
    tell(campaign, text, kind="document_followed", actor=by, besides={r.pk for r in reps})
    ask_readers(campaign, reps)
    return campaign


@transaction.atomic
def postpone_campaign(*, campaign: Campaign, starts_on: date, ends_on: date, by: User) -> Campaign:
    """Move a published campaign and tell the reps."""
    campaign = _locked(campaign)
    campaign.postpone(at=timezone.now(), starts_on=starts_on, ends_on=ends_on)
    campaign.save(update_fields=["postponed_at", "starts_on", "ends_on"])
    touch(campaign)
    record(actor=by, verb="postponed", subject=campaign, data={"starts_on": starts_on.isoformat()})
    first, last = date_format(starts_on, "j F Y"), date_format(ends_on, "j F Y")
    _tell_readers(campaign, f"Campaign “{campaign}” now runs from {first} to {last}.", by=by)
    return campaign


@transaction.atomic
def cancel_campaign(*, campaign: Campaign, reason: str, by: User) -> Campaign:
    """End a campaign before its time and tell the reps why."""
    campaign = _locked(campaign)
    campaign.cancel(at=timezone.now(), reason=reason)
    campaign.save(update_fields=["cancelled_at", "cancelled_because"])
    touch(campaign)
    record(actor=by, verb="cancelled", subject=campaign, summary=reason)
    if campaign.published_at is not None:
        text = f"Campaign “{campaign}” is cancelled: {campaign.cancelled_because}"
        _tell_readers(campaign, text, by=by)
    settle(reading_key(campaign))
    return campaign


@transaction.atomic
def acknowledge_campaign(*, campaign: Campaign, by: User) -> Acknowledgement:
    """The rep has read the revision in force. Twice is once."""
    campaign = _locked(campaign)
    if not campaign.is_before_sales:
        raise RuleViolation("Only a published campaign can be acknowledged.")
    done, is_new = Acknowledgement.objects.get_or_create(
        revision_id=campaign.document.in_force_id,
        rep=by,
        defaults={"campaign": campaign, "acknowledged_at": timezone.now()},
    )
    if is_new:
        record(actor=by, verb="acknowledged", subject=campaign)
        settle(reading_key(campaign), owner=by)
    return done


def missing_readers(campaign: Campaign) -> QuerySet[User]:
    """Reps who have not acknowledged the revision in force."""
    seen = Acknowledgement.objects.filter(revision=campaign.document.in_force_id).values("rep")
    return readers().exclude(pk__in=seen)


def brief_agreed(*, subject: Campaign, revision: Revision, by: User) -> None:
    """A new revision of a published brief must be read again."""
    if not subject.is_before_sales:
        return
    former = revision.document.revisions.filter(state=Revision.State.SUPERSEDED).first()
    if former is not None:
        settle(f"acknowledge:{subject.pk}:{former.pk}")
    reps = list(readers())
    text = f"The brief of “{subject}” has changed: {revision.note or 'see the comparison'}"
    notify(reps, text, kind="campaign_published", url=subject.get_absolute_url(), actor=by)
    ask_readers(subject, reps)


def brief_retired(*, subject: Campaign, by: User) -> None:
    """What is out of use needs no reading; reps who planned by it hear of it."""
    settle(reading_key(subject))
    if subject.published_at is not None and subject.cancelled_at is None:
        text = f"Campaign “{subject}” is over: {subject.document.retired_because}"
        notify(readers(), text, kind="campaign_changed", url=subject.get_absolute_url(), actor=by)
