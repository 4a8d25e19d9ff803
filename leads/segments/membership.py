"""Who is in a segment. ``members_of`` is the one queryset that everything else uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Q

from leads.conditions.asking import Condition, reopen, sentences, uses_hidden
from leads.conditions.tree import Wrong
from leads.models import Lead
from leads.segments.models import DailySize, Member, Segment
from portal.core.listing import capped_count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from leads.querysets import LeadQuerySet
    from portal.accounts.models import User

NOBODY = Q(pk__in=[])


def condition_of(segment: Segment, *, now: datetime | None = None) -> Condition | None:
    """The condition as the portal means it; None where there is none, or it no longer can be read."""
    if segment.condition is None:
        return None
    try:
        return reopen(segment.condition, now=now)
    except Wrong:
        return None


def membership(segment: Segment, *, now: datetime | None = None) -> Q:
    """The leads of a segment, as a condition to be joined with others."""
    if not segment.is_live:
        return Q(pk__in=Member.objects.filter(segment=segment).order_by().values("lead"))
    condition = condition_of(segment, now=now)
    return condition.q if condition else NOBODY


def members_of(segment: Segment, *, now: datetime | None = None) -> LeadQuerySet:
    """Every lead of the segment, whoever may see it. For newsletters, tracks and reports.

    Pages show only ``members_of(segment).permitted(reader, "leads.view_lead")``.
    """
    return Lead.objects.filter(membership(segment, now=now))


def visible_members(segment: Segment, reader: User) -> LeadQuerySet:
    """The members that a reader may see; none where their role may not know what it asks by."""
    if is_closed_to(segment, reader):
        return Lead.objects.none()
    rows = Lead.objects.permitted(reader, "leads.view_lead")
    return rows.filter(membership(segment))


def is_closed_to(segment: Segment, reader: User) -> bool:
    """Whether its condition asks by something that the reader's role sees hidden."""
    return segment.condition is not None and uses_hidden(segment.condition, reader)


def said_of(segments: Sequence[Segment], reader: User) -> list[str]:
    """Who is in each, in words, as far as the reader's role may know it."""
    words = sentences([segment.condition for segment in segments])
    return [
        "Asks by fields that your role does not see."
        if is_closed_to(segment, reader)
        else text or ("Its condition can no longer be read." if segment.is_live else "By hand")
        for segment, text in zip(segments, words, strict=True)
    ]


def open_to(reader: User) -> list[Segment]:
    """The segments in use that a reader may ask by, for choices."""
    rows = Segment.objects.permitted(reader, "segments.view_segment").in_use()
    return [segment for segment in rows[:500] if not is_closed_to(segment, reader)]


def find_open(text: str, reader: User) -> Segment:
    """A segment by slug or id. One that is out of reach is as unknown as one that does not exist."""
    rows = Segment.objects.permitted(reader, "segments.view_segment").in_use()
    found = rows.named(text).first()
    if found is None or is_closed_to(found, reader):
        raise ValidationError({"segment": [f"There is no segment “{text[:80]}”."]})
    return found


@dataclass(frozen=True)
class Size:
    """How many leads, and whether that is only the floor. ``last`` is the whole count of a day."""

    count: int
    is_floor: bool = False
    last: int | None = None
    last_on: date | None = None


def size_of(segment: Segment, reader: User) -> Size:
    """Exact up to 10,000 of the leads that the reader sees; beyond, the last daily count beside it.

    The daily count is over all leads, so only who sees all leads is told it.
    """
    count, is_floor = capped_count(visible_members(segment, reader))
    if not is_floor or not sees_whole(segment, reader):
        return Size(count, is_floor)
    last = DailySize.objects.filter(segment=segment).last()
    return Size(count, is_floor, last.count if last else None, last.on if last else None)


def sees_whole(segment: Segment, reader: User) -> bool:
    """Whether figures over all leads tell this reader nothing new about single ones."""
    return reader.reaches_all("leads.view_lead") and not is_closed_to(segment, reader)
