"""What leads went through, as service levels measure it. Reads only.

Registered with ``portal.slas.measures``: how many leads became qualified, how complete the new ones
were, how often sales tried before giving one up, and how soon visitors of an event heard from us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from leads.models import Lead, StageChange, Touchpoint
from portal.slas import measures
from portal.slas.measures import MOST, Figure, Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

Kind = Touchpoint.Kind
#: By these we reach out to a person.
CONTACTS = (Kind.CALL, Kind.EMAIL, Kind.MEETING, Kind.CHAT, Kind.SOCIAL)
#: By these we try to reach somebody who has not answered yet.
TRIES = (Kind.CALL, Kind.EMAIL, Kind.SOCIAL)
#: What a lead must carry to be worked on, as everybody reads it.
REQUIRED = "name, a way to reach them, company and source"


def register() -> None:
    measures.measure_by_spans("event_follow_up", follow_ups)
    measures.measure_by_count("volume", qualified)
    measures.measure_by_count("completeness", complete)
    measures.measure_by_count("attempts", tried)


def first_contact(lead: str, since: str, side: str) -> Subquery:
    """The first time that ``side`` reached out to a lead after a moment; names of outer columns."""
    touches = Touchpoint.objects.filter(
        lead=OuterRef(lead),
        occurred_at__gte=OuterRef(since),
        direction=Touchpoint.Direction.OUTBOUND,
        kind__in=CONTACTS,
        left_out="",
        by__department=side,
    )
    return Subquery(touches.order_by("occurred_at").values("occurred_at")[:1])


def follow_ups(side: str, start: datetime, end: datetime) -> Sequence[Span]:
    """From each visit of an event to the first time that we got in touch."""
    visits = Touchpoint.objects.filter(
        kind=Kind.EVENT,
        lead__isnull=False,
        left_out="",
        occurred_at__gte=start,
        occurred_at__lt=end,
    )
    done = visits.annotate(done=first_contact("lead", "occurred_at", side))
    rows = done.order_by("-occurred_at").values_list("occurred_at", "done")[:MOST]
    return [Span(*row) for row in rows]


def qualified(side: str, target: Decimal, start: datetime, end: datetime) -> Figure:
    """Leads that became MQL in between, each counted once."""
    entered = StageChange.objects.filter(to_stage__kind="mql", at__gte=start, at__lt=end)
    count = entered.aggregate(n=Count("lead", distinct=True))["n"]
    verb = "lead" if count == 1 else "leads"
    return Figure(f"{count} {verb} became qualified.", count >= target)


def _came_in(start: datetime, end: datetime) -> QuerySet[Lead]:
    return Lead.objects.filter(created_at__gte=start, created_at__lt=end)


def complete(side: str, target: Decimal, start: datetime, end: datetime) -> Figure:
    """The share of new leads that carry what one needs to work on them."""
    reachable = ~Q(email="") | ~Q(phone="")
    named = ~Q(full_name="") & Q(company__isnull=False) & ~Q(source="")
    found = _came_in(start, end).aggregate(
        total=Count("pk"), whole=Count("pk", filter=reachable & named)
    )
    total, whole = found["total"], found["whole"]
    if not total:
        return Figure("no lead came in.", None)
    share = whole * 100 / total
    return Figure(
        f"{whole} of {total} new leads ({share:.0f} %) carried {REQUIRED}.", share >= target
    )


def tried(side: str, target: Decimal, start: datetime, end: datetime) -> Figure:
    """Leads that were given up without ever having answered, and how often they were tried."""
    tries = Q(
        touchpoints__kind__in=TRIES,
        touchpoints__direction=Touchpoint.Direction.OUTBOUND,
        touchpoints__occurred_at__lte=F("lost_at"),
    )
    answers = Q(touchpoints__direction=Touchpoint.Direction.INBOUND, touchpoints__kind__in=CONTACTS)
    lost = Lead.objects.filter(lost_at__gte=start, lost_at__lt=end)
    counted = lost.annotate(
        tries=Count("touchpoints", filter=tries), answers=Count("touchpoints", filter=answers)
    ).filter(answers=0)
    found = counted.aggregate(
        total=Count("pk"), enough=Count("pk", filter=Q(tries__gte=int(target)))
    )
    total, enough = found["total"], found["enough"]
    if not total:
        return Figure("no lead was given up without an answer.", None)
    times = "once" if target == 1 else f"{target.normalize():f} times"
    text = f"{enough} of {total} leads given up without an answer had been tried {times} or more."
    return Figure(text, enough == total)
