"""Which fields the history shows to be filled in after the first contact or the outcome."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import F, Min, Q
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from leads.models import Touchpoint
from portal.activity.models import Activity

if TYPE_CHECKING:
    from leads.querysets import LeadQuerySet

#: How many leads and lines of the history are looked at.
MOST_LEADS, MOST_LINES, STEP = 20_000, 200_000, 500
CONTACTS = (Touchpoint.Kind.CALL, Touchpoint.Kind.EMAIL, Touchpoint.Kind.MEETING)


def late_fields(rows: LeadQuerySet) -> dict[str, tuple[int, int]]:
    """Field → on how many leads it changed after contact, and on how many of these it was looked at."""
    outbound = Q(
        touchpoints__direction=Touchpoint.Direction.OUTBOUND, touchpoints__kind__in=CONTACTS
    )
    never = timezone.now()
    ends = rows.order_by().annotate(
        first=Min("touchpoints__occurred_at", filter=outbound),
        end=Least(Coalesce(F("first"), never), Coalesce(F("converted_at"), never)),
    )
    known = dict(ends.filter(end__lt=never).values_list("pk", "end")[:MOST_LEADS])
    late: Counter[str] = Counter()
    keys = sorted(known)
    for start in range(0, len(keys), STEP):
        lines = Activity.objects.filter(
            subject_type="leads.lead", subject_id__in=keys[start : start + STEP], verb="changed"
        ).order_by()
        seen = {
            (lead, name)
            for lead, at, data in lines.values_list("subject_id", "at", "data")
            if at > known[lead] and isinstance(data, dict)
            for name in data.get("fields", ())
        }
        late.update(name for _, name in seen)
    return {name: (count, len(known)) for name, count in late.items()}
