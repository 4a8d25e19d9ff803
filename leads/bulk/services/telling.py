"""Whom a bulk act concerns: one message each, with the number, however many leads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.urls import reverse

from leads.bulk.models import BulkAct, BulkChange
from portal.accounts.models import User
from portal.notifications.services import Message, notify_each

if TYPE_CHECKING:
    from collections.abc import Mapping


def tell_done(act: BulkAct) -> None:
    if act.act == BulkAct.Act.ASSIGN:
        _tell_owners(act)
    elif act.act == BulkAct.Act.STAGE:
        says = f"moved to {act.stage}{f': {act.reason}' if act.reason else ''}"
        _tell(act, _owners_now(act, BulkChange.State.CHANGED), says, kind="lead_changed", by=act.by)


def tell_undone(act: BulkAct) -> None:
    """Who got leads loses them again, who had them has them back."""
    if act.act not in (BulkAct.Act.ASSIGN, BulkAct.Act.STAGE):
        return
    owners = _owners_now(act, BulkChange.State.PUT_BACK)
    if act.act == BulkAct.Act.ASSIGN and act.owner_id:
        lost = {act.owner_id: act.put_back}
        _tell(act, lost, "went back to where they were", kind="lead_assigned", by=act.undone_by)
        says = "are yours again: an assignment was undone"
        _tell(act, owners, says, kind="lead_assigned", by=act.undone_by)
    else:
        says = f"went back: “{act.what}” was undone"
        _tell(act, owners, says, kind="lead_changed", by=act.undone_by)


def _tell_owners(act: BulkAct) -> None:
    if act.owner_id:
        says = f"are now yours: {act.reason}"
        _tell(act, {act.owner_id: act.changed}, says, kind="lead_assigned", by=act.by)
    gone = f"went to {act.owner}" if act.owner else "went back to the pool"
    before = act.changes.filter(state=BulkChange.State.CHANGED).values_list(
        "before__owner_id", flat=True
    )
    had = Counter(int(pk) for pk in before.iterator() if pk is not None)
    _tell(act, had, f"{gone}: {act.reason}", kind="lead_assigned", by=act.by)


def _owners_now(act: BulkAct, state: str) -> Counter[int]:
    owners = act.changes.filter(state=state).exclude(lead__owner=None)
    return Counter(owners.values_list("lead__owner_id", flat=True))


def _tell(
    act: BulkAct, counts: Mapping[int, int], says: str, *, kind: str, by: User | None
) -> None:
    people = User.objects.filter(pk__in=list(counts))
    url = f"{reverse('leads:lead-list')}?owner=me&ordering=-changed"
    notify_each(
        [
            Message(
                [person],
                f"{counts[person.pk]:,} lead{'' if counts[person.pk] == 1 else 's'} {says}",
                url=url,
                key=f"bulk:{act.pk}:{act.state}:{says[:12]}",
            )
            for person in people
            if counts[person.pk]
        ],
        kind=kind,
        actor=by,
    )
