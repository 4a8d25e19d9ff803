"""Leaving out what no person did, as touches arrive, in whatever order they arrive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from leads.bursts import ONLINE, REACH, Seen, judged
from leads.following import What, changed
from leads.models import Lead, Restoration, Touchpoint
from leads.services.holding import hold_subjects
from leads.services.sources import follow_touches
from portal.activity.services import record
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from portal.accounts.models import User

#: Kinds that the rules look at; a mail that we sent tells when it was delivered.
LOOKED_AT = sorted({*ONLINE, "email"})
_COLUMNS = (
    "pk",
    "lead_id",
    "visitor",
    "kind",
    "direction",
    "occurred_at",
    "attributes",
    "left_out",
    "restoration",
)


def subject_of(lead_id: int | None, visitor: str) -> str:
    """For whom touches are counted: the visitor, or the lead where no visitor is known."""
    return f"visitor:{visitor}" if visitor else f"lead:{lead_id}"


def leave_out(arrived: Iterable[Touchpoint]) -> set[int]:
    """Judge the touches that arrived and those near them anew; the leads of which marks changed."""
    fresh = [touch for touch in arrived if touch.kind in LOOKED_AT]
    if not fresh:
        return set()
    times = [touch.occurred_at for touch in fresh]
    first, last = min(times), max(times)
    # Whoever is within reach is decided by those within reach of it.
    rows = _around(fresh, first - 2 * REACH, last + 2 * REACH)
    reasons = judged(_seen(row) for row in rows if _counts_for_rules(row))
    changed: dict[str, list[int]] = defaultdict(list)
    leads: set[int] = set()
    for row in rows:
        reason = reasons.get(row["pk"], "")
        is_near = first - REACH <= row["occurred_at"] <= last + REACH
        if is_near and row["restoration"] is None and reason != row["left_out"]:
            changed[reason].append(row["pk"])
            leads.add(row["lead_id"])
    for reason, keys in changed.items():
        Touchpoint.objects.filter(pk__in=keys).update(left_out=reason)
    return {lead for lead in leads if lead is not None}


def _around(fresh: Sequence[Touchpoint], first: datetime, last: datetime) -> list[dict[str, Any]]:
    """Everything that the same visitors and leads did in that time."""
    visitors = {touch.visitor for touch in fresh if touch.visitor}
    leads = {touch.lead_id for touch in fresh if not touch.visitor}
    near = Touchpoint.objects.filter(
        occurred_at__gte=first, occurred_at__lte=last, kind__in=LOOKED_AT
    ).order_by()
    rows: list[dict[str, Any]] = []
    if visitors:
        rows += near.filter(visitor__in=visitors).exclude(visitor="").values(*_COLUMNS)
    if leads:
        rows += near.filter(lead__in=leads, visitor="").values(*_COLUMNS)
    return rows


def _counts_for_rules(row: dict[str, Any]) -> bool:
    return row["kind"] != "email" or row["direction"] == Touchpoint.Direction.OUTBOUND


def _seen(row: dict[str, Any]) -> Seen:
    said = row["attributes"] if isinstance(row["attributes"], dict) else {}
    return Seen(
        key=row["pk"],
        subject=subject_of(row["lead_id"], row["visitor"]),
        kind=row["kind"],
        at=row["occurred_at"],
        mail=str(said.get("mail") or ""),
        user_agent=str(said.get("user_agent") or ""),
        delivered_at=_moment(said.get("delivered_at")),
        is_day=_is_day(row["occurred_at"]),
    )


def _is_day(moment: datetime) -> bool:
    """Files that hold dates only: every moment is the first of its day where the portal is."""
    return moment.astimezone(timezone.get_default_timezone()).time() == time()


def _moment(value: Any) -> datetime | None:
    """A moment with its zone; anything else says nothing."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None


@transaction.atomic
def restore_touchpoint(*, touchpoint: Touchpoint, reason: str, by: User) -> Touchpoint:
    """A manager says that a person did this: it counts from now on, and no rule asks again."""
    at = timezone.now()
    if not reason.strip():
        raise RuleViolation("Say why this was done by a person.")
    hold_subjects([subject_of(touchpoint.lead_id, touchpoint.visitor)])
    was = Touchpoint.objects.get(pk=touchpoint.pk).left_out
    # The conditional update decides between two managers.
    left_out = Touchpoint.objects.filter(pk=touchpoint.pk).exclude(left_out="")
    if not left_out.update(left_out=""):
        raise RuleViolation("This touchpoint counts already.")
    Restoration.objects.create(
        touchpoint=touchpoint, was=was, reason=reason.strip()[:300], by=by, at=at
    )
    touchpoint.refresh_from_db()
    if touchpoint.lead_id is not None:
        lead = Lead.objects.get(pk=touchpoint.lead_id)
        record(
            actor=by,
            verb="touchpoint_restored",
            subject=lead,
            summary=reason.strip()[:300],
            data={"touchpoint": touchpoint.pk},
            at=at,
        )
        follow_touches({touchpoint.lead_id}, at=at)
        changed([touchpoint.lead_id], What.TOUCH)
    return touchpoint
