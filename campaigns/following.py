"""What the clock does about published campaigns: who has not read them, and which are over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from campaigns.models import Acknowledgement, Campaign
from campaigns.services import ask_readers, readers, reading_key
from portal.documents.services.telling import followers, keepers
from portal.notifications.models import Notification
from portal.notifications.services import notify
from portal.todo.models import Task
from portal.todo.services import settle

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.accounts.models import User

#: A rep who has not read a brief for so long is reminded, and its owner learns who is missing.
REMIND_AFTER = timedelta(days=3)
#: How far back an end is still told, should the clock have stood still.
RECENTLY = timedelta(days=7)
#: As many are called by name to the owner.
NAMED = 5

Pairs = set[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Known:
    """What has been asked, read and said already: pairs of a key and a person."""

    asked: Pairs
    read: Pairs
    told: Pairs


def follow_campaigns(at: datetime) -> dict[str, int]:
    """Reps who joined later are asked to read, those who have not read are reminded once, and the
    end of a campaign is told. Safe to run twice; five queries while there is nothing to do."""
    day = timezone.localdate(at)
    rows = list(Campaign.objects.before_sales().select_related("document__owner"))
    open_rows = [row for row in rows if row.ends_on is None or row.ends_on >= day]
    over = [row for row in rows if row.ends_on and day - RECENTLY <= row.ends_on < day]
    known, reps = _known([*open_rows, *over]), list(readers())
    for campaign in over:
        if _end_key(campaign) not in {key for key, _ in known.told}:
            _end(campaign, reps)
    return {"reminded": sum(_follow(campaign, reps, known, at) for campaign in open_rows)}


def _known(campaigns: list[Campaign]) -> Known:
    by_revision = {c.document.in_force_id: reading_key(c) for c in campaigns}
    keys = [key for c in campaigns for key in (_unread_key(c), _end_key(c))]
    asked = Task.objects.filter(key__in=by_revision.values()).values_list("key", "owner")
    read = Acknowledgement.objects.filter(revision__in=by_revision).values_list("revision", "rep")
    told = Notification.objects.filter(key__in=keys).values_list("key", "recipient")
    return Known(set(asked), {(by_revision[r], rep) for r, rep in read}, set(told))


def _unread_key(campaign: Campaign) -> str:
    return f"campaign_unread:{campaign.pk}:{campaign.document.in_force_id}"


def _end_key(campaign: Campaign) -> str:
    return f"campaign_ended:{campaign.pk}:{campaign.ends_on}"


@transaction.atomic
def _end(campaign: Campaign, reps: Iterable[User]) -> None:
    """Its last day is over: nobody needs to read it any more, and the reps are told, once."""
    settle(reading_key(campaign))
    text = f"Campaign “{campaign}” has ended. Its leads stay with their owners."
    people = {person.pk: person for person in (*reps, *followers(campaign))}
    url = campaign.get_absolute_url()
    notify(people.values(), text, kind="campaign_changed", url=url, key=_end_key(campaign))


def _follow(campaign: Campaign, reps: list[User], known: Known, at: datetime) -> int:
    """Ask whoever has not been asked; after some days remind, and name the missing to the owner.

    Returns how many people were reminded now.
    """
    reading, unread = reading_key(campaign), _unread_key(campaign)
    missing = [rep for rep in reps if (reading, rep.pk) not in known.read]
    if unasked := [rep for rep in missing if (reading, rep.pk) not in known.asked]:
        ask_readers(campaign, unasked)
    since = max(filter(None, [campaign.published_at, campaign.document.in_force_since]))
    late = [rep for rep in missing if (unread, rep.pk) not in known.told]
    if late and at - since >= REMIND_AFTER:
        _remind(campaign, late, missing)
        return len(late)
    return 0


@transaction.atomic
def _remind(campaign: Campaign, late: list[User], missing: list[User]) -> None:
    url, unread = campaign.get_absolute_url(), _unread_key(campaign)
    text = f"Please read the brief of “{campaign}”: buyers hear of it, and you are asked to act."
    notify(late, text, kind="campaign_published", url=url, key=unread)
    text = f"{_names(missing)} not read “{campaign}” yet."
    notify(keepers(campaign.document), text, kind="campaign_unread", url=url, key=unread)


def _names(people: list[User]) -> str:
    named = [str(person) for person in people[:NAMED]]
    if more := len(people) - len(named):
        named.append(f"{more} more")
    verb = "has" if len(named) == 1 else "have"
    return f"{' and '.join(filter(None, [', '.join(named[:-1]), named[-1]]))} {verb}"
