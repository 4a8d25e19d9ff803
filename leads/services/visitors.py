"""Unknown visitors become known: what they did before joins the person's record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import OuterRef, Subquery

from leads.models import KnownVisitor, Touchpoint


def known_visitors(visitors: set[str]) -> dict[str, int]:
    """Visitor → lead, for those of whom nobody else has used the browser since."""
    if not visitors:
        return {}
    rows = KnownVisitor.objects.filter(visitor__in=visitors, shared_at=None)
    return dict(rows.order_by().values_list("visitor", "lead_id"))


def claim_visitors(named: Mapping[str, int], *, at: datetime) -> set[int]:
    """Each visitor is this lead. The leads whose records grew by what was anonymous until now.

    A visitor who is somebody else already stays theirs; from now on the browser counts as shared.
    """
    if not named:
        return set()
    before = set(_leads_of(named))
    fresh = [
        KnownVisitor(visitor=visitor, lead_id=lead, joined_at=at)
        for visitor, lead in sorted(named.items())
        if visitor not in before
    ]
    KnownVisitor.objects.bulk_create(fresh, ignore_conflicts=True)
    holders = _leads_of(named)
    others = [visitor for visitor, lead in named.items() if holders.get(visitor) != lead]
    if others:
        KnownVisitor.objects.filter(visitor__in=others, shared_at=None).update(shared_at=at)
    return _join([row.visitor for row in fresh], holders)


def _leads_of(named: Mapping[str, int]) -> dict[str, int]:
    rows = KnownVisitor.objects.filter(visitor__in=list(named))
    return dict(rows.order_by().values_list("visitor", "lead_id"))


def _join(visitors: list[str], holders: Mapping[str, int]) -> set[int]:
    """Give what these visitors did to the people they turned out to be, in one statement."""
    if not visitors:
        return set()
    holder = KnownVisitor.objects.filter(visitor=OuterRef("visitor")).values("lead_id")[:1]
    unknown = Touchpoint.objects.filter(lead=None, visitor__in=visitors).exclude(visitor="")
    joined = unknown.order_by().update(lead_id=Subquery(holder))
    return {holders[visitor] for visitor in visitors if visitor in holders} if joined else set()
