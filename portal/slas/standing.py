"""How the commitments in force are kept, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from portal.accounts.roles import Department
from portal.slas.calendars import work_calendar
from portal.slas.examples import Example, worked_example
from portal.slas.measures import spans_of
from portal.slas.models import Clock, Commitment
from portal.slas.promises import Promise, promises
from portal.slas.tryouts import Tryout, tryouts

if TYPE_CHECKING:
    from datetime import datetime

SIDES = (Department.MARKETING, Department.SALES)
#: How many days back adherence is counted.
DAYS = 90


@dataclass(frozen=True, slots=True)
class Standing:
    """One commitment in force: its words, its example and how well it was kept."""

    commitment: Commitment
    promise: Promise
    example: Example
    met: int = 0
    missed: int = 0
    running: int = 0

    @property
    def is_clocked(self) -> bool:
        return is_clocked(self.promise)

    @property
    def judged(self) -> int:
        return self.met + self.missed

    @property
    def share(self) -> float | None:
        """Met of all that are over; None while none is."""
        return self.met / self.judged if self.judged else None


def standings(now: datetime) -> list[Standing]:
    """Every commitment in force, in the order of its SLA. Three queries, however many."""
    rows = (
        Commitment.objects.select_related("sla", "revision", "calendar")
        .prefetch_related("calendar__holidays")
        .order_by("sla__title", "sla", "position")
    )
    tally = Clock.objects.started_between(now - timedelta(days=DAYS), now).tally(now)
    return [_standing(row, tally.get(row.key, {}), now) for row in rows]


def _standing(row: Commitment, counts: dict[str, int], now: datetime) -> Standing:
    promise = next(p for p in promises(row.revision.content) if p.key == row.key)
    calendar = work_calendar(row.calendar) if row.calendar else None
    example = worked_example(promise, calendar, timezone.localdate(now))
    return Standing(row, promise, example, **counts)


def measured(now: datetime) -> list[tuple[Department, list[Tryout]]]:
    """What no clock times, by what happened last month, marketing first; only what was counted."""
    revisions = {c.revision_id: c.revision for c in Commitment.objects.select_related("revision")}
    found = [t for row in revisions.values() for t in tryouts(row.content, now)]
    told = [t for t in found if t.last_month and not is_clocked(t.promise)]
    return [(side, [t for t in told if t.promise.side == side]) for side in SIDES]


def is_clocked(promise: Promise) -> bool:
    """Whether clocks run towards it; all else is measured by what happened."""
    return promise.is_timed and spans_of(promise.kind) is None


def both_sides(now: datetime) -> list[tuple[Department, list[Standing]]]:
    """What each department owes the other, marketing first."""
    found = standings(now)
    return [(side, [s for s in found if s.commitment.department == side]) for side in SIDES]
