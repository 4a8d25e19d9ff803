"""Which jobs are to be taken up, and whose they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User

QUEUED, RUNNING = "queued", "running"
#: A wake-up that brought nothing for this long counts as lost.
WAKE_UP_LOST_AFTER = timedelta(seconds=30)


class JobQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(actor=user)

    def active(self) -> Self:
        return self.filter(state__in=[QUEUED, RUNNING])

    def due(self, at: datetime) -> Self:
        """Waiting, and their time has come."""
        return self.filter(state=QUEUED, run_after__lte=at)

    def expired(self, at: datetime) -> Self:
        """Running on paper, but their worker has not been heard of for a whole lease."""
        return self.filter(state=RUNNING, lease_until__lt=at)

    def takeable(self, at: datetime) -> Self:
        """Due or expired, in one condition for one conditional update."""
        due = Q(state=QUEUED, run_after__lte=at)
        return self.filter(due | Q(state=RUNNING, lease_until__lt=at))

    def unheard(self, at: datetime) -> Self:
        """Takeable, and not woken lately: the message was lost, or never sent."""
        lost = at - WAKE_UP_LOST_AFTER
        return self.takeable(at).filter(Q(woken_at__isnull=True) | Q(woken_at__lt=lost))

    def held_by(self, owner: str) -> Self:
        """The fence: a worker may only write to what it still holds."""
        return self.filter(state=RUNNING, lease_owner=owner)

    def for_list(self) -> Self:
        return self.select_related("actor")
