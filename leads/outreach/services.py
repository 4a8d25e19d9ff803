"""Filling in a talking point against a real lead, using it, and saying how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.talking_points.rendering import Rendered, fill, mailto
from leads.outreach.models import Use
from portal.accounts.policy import masked_fields
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.notifications.services import notify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from campaigns.talking_points.models import TalkingPoint
    from leads.models import Lead
    from portal.accounts.models import User
    from portal.documents.models import Revision


#: As much of a text as a list shows.
PREVIEW = 160


@dataclass(frozen=True, slots=True)
class Filled:
    """A talking point filled in for one lead by one sender, from the revision in force."""

    revision: Revision
    subject: Rendered
    body: Rendered

    @property
    def holes(self) -> list[str]:
        return list(dict.fromkeys([*self.subject.holes, *self.body.holes]))

    def mailto(self, address: str) -> str:
        return mailto(address, self.subject.text, self.body.text)


def values_for(lead: Lead, sender: User) -> dict[str, str]:
    """What each merge field stands for. Fields that the sender sees hidden stay empty."""
    company, campaign, persona = lead.company, lead.campaign, lead.persona
    hidden = masked_fields(sender, "leads.lead")
    first, last = lead.first_name, lead.last_name
    values = {
        "lead.first_name": "" if "first_name" in hidden else first or lead.full_name.split(" ")[0],
        "lead.last_name": "" if "last_name" in hidden else last,
        "lead.full_name": "" if "full_name" in hidden else lead.name,
        "lead.title": lead.title,
        "lead.city": lead.city,
        "lead.country": lead.country,
        "company.name": company.name if company else "",
        "company.industry": company.industry if company else "",
        "company.city": company.city if company else "",
        "campaign.name": campaign.title if campaign else "",
        "campaign.offer": campaign.offer if campaign else "",
        "campaign.message": campaign.message if campaign else "",
        "persona.name": persona.title if persona else "",
    }
    return values | {
        "sender.name": sender.name,
        "sender.first_name": sender.get_short_name(),
        "sender.title": sender.title,
        "sender.phone": sender.phone,
        "sender.email": sender.email,
    }


def fill_for(*, talking_point: TalkingPoint, lead: Lead, sender: User) -> Filled:
    """The text in force, filled in. Refused while nothing is agreed."""
    document = talking_point.document
    if document.retired_at is not None:
        raise RuleViolation(f"This talking point was retired: {document.retired_because}")
    if document.in_force is None:
        raise RuleViolation("This talking point is not agreed yet, so it cannot be used.")
    return _fill(document.in_force, lead, sender)


def _fill(revision: Revision, lead: Lead, sender: User) -> Filled:
    values, content = values_for(lead, sender), revision.content
    return Filled(revision, fill(content.get("subject", ""), values), fill(content["body"], values))


def mail_for(*, use: Use) -> str:
    """The address that opens the mail client with the text as it was used."""
    return _fill(use.revision, use.lead, use.by).mailto(use.lead.email)


def previews(
    points: Iterable[TalkingPoint], *, lead: Lead, sender: User
) -> list[tuple[TalkingPoint, Rendered]]:
    """Each text as this lead would read it, holes marked. No query for each."""
    values = values_for(lead, sender)
    return [(point, fill(point.body, values).shortened(PREVIEW)) for point in points]


@transaction.atomic
def use_talking_point(
    *,
    talking_point: TalkingPoint,
    lead: Lead,
    by: User,
    channel: str,
    revision: int | None = None,
    form_token: str = "",
) -> Use:
    """Log one use. Refused with a hole in the text, and when ``revision`` (a number) is out of date.

    The same ``form_token`` again answers with the first use: a double click counts once.
    """
    filled = fill_for(talking_point=talking_point, lead=lead, sender=by)
    if filled.holes:
        names = ", ".join(filled.holes)
        raise RuleViolation(f"The text has holes and was not used. Missing: {names}.", code="hole")
    if revision is not None and revision != filled.revision.number:
        raise RuleViolation(
            f"This text has changed: revision {filled.revision.number} is in force. "
            "Open it again to read what is new; nothing was logged.",
            code="stale",
        )
    try:
        with transaction.atomic():
            use = Use.objects.create(
                lead=lead,
                talking_point=talking_point,
                revision=filled.revision,
                by=by,
                channel=channel,
                used_at=timezone.now(),
                form_token=form_token[:40],
            )
    except IntegrityError:
        return Use.objects.get(lead=lead, form_token=form_token[:40])
    record(
        actor=by,
        verb="used a talking point",
        subject=lead,
        summary=str(talking_point),
        data={"talking_point": talking_point.pk, "revision": filled.revision.number},
    )
    return use


@transaction.atomic
def rate_use(*, use: Use, by: User, rating: int | None, changed_because: str) -> Use:
    """Say how it went and what one changed. The author is told, once a rating."""
    use.rate(by=by, rating=rating, changed_because=changed_because, at=timezone.now())
    use.save(update_fields=["rating", "changed_because", "rated_at"])
    point = use.talking_point
    words = f": {use.changed_because}" if use.changed_because else ""
    notify(
        point.document.owner,
        f"{by} rated “{point}” {use.rating or '–'} of 5{words}",
        kind="talking_point_rated",
        url=point.get_absolute_url(),
        actor=by,
        key=f"rated:{use.pk}:{use.rating}",
    )
    record(actor=by, verb="rated", subject=point, summary=use.changed_because)
    return use
