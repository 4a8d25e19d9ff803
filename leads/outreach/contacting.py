"""How soon sales gets in touch with a lead that it was given, as service levels measure it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery

from leads.commitments import first_contact
from leads.models import Assignment
from leads.outreach.models import Use
from portal.slas import measures
from portal.slas.measures import MOST, Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: Using a text in one of these ways reaches the person.
REACHING = (Use.Channel.MAIL, Use.Channel.CALL)


def register() -> None:
    measures.measure_by_spans("first_contact", first_contacts)


def first_contacts(side: str, start: datetime, end: datetime) -> Sequence[Span]:
    """From each assignment to somebody of ``side`` to its first word with the lead: what was logged,
    or a talking point that was mailed or said."""
    said = Use.objects.filter(
        lead=OuterRef("lead"),
        used_at__gte=OuterRef("at"),
        channel__in=REACHING,
        by__department=side,
    )
    given = Assignment.objects.filter(to_owner__department=side, at__gte=start, at__lt=end)
    rows = given.annotate(
        touched=first_contact("lead", "at", side),
        said=Subquery(said.order_by("used_at").values("used_at")[:1]),
    )
    newest = rows.order_by("-at").values_list("at", "touched", "said")[:MOST]
    return [Span(at, min(filter(None, found), default=None)) for at, *found in newest]
