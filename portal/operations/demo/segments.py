"""Segments and shared views of the demonstration company, and the downloads that one asks about."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from leads import services
from leads.models import Lead
from leads.segments.services import check_condition, count_segments, create_segment
from leads.services.saved_views import create_view
from portal.operations.demo.past import at

if TYPE_CHECKING:
    from portal.accounts.models import User

PAPERS = (
    "Case study: Solway Haulage drops overtime",
    "Case study: one depot, three shifts",
    "Price list",
)
DOWNLOADS = 60
SEGMENTS = (
    (
        "Warm and nobody's",
        "For the queue on Monday: they read how others did it, and nobody has called.",
        "live",
        "marketer",
        {
            "all": [
                {"did": ["download"], "title_contains": "case study", "in_last": 14},
                {"field": "owner", "blank": True},
                {"field": "status", "is": "open"},
            ]
        },
    ),
    (
        "Large hauliers of Iberia",
        "For the spring campaign in Spain and Portugal.",
        "live",
        "marketer2",
        {
            "all": [
                {"field": "company.country", "is": ["Spain", "Portugal"]},
                {"field": "company.industry", "is": "Road haulage"},
                {"field": "company.employees", "gte": 250},
            ]
        },
    ),
    (
        "Invited to the autumn dinner",
        "The list as it went to the printer; it stays as it was.",
        "static",
        "marketer",
        {
            "all": [
                {"field": "seniority", "is": ["Director", "C-level"]},
                {"field": "consent", "is": "granted"},
            ]
        },
    ),
)
VIEWS = (
    (
        "New and not contacted",
        "manager.sales",
        {
            "condition": {
                "all": [
                    {"field": "created_at", "in_last": 30},
                    {"did_not": ["call", "email", "meeting"]},
                ]
            },
            "filters": {"status": "open"},
            "columns": ["stage", "owner", "source", "created"],
            "ordering": "-created",
        },
    ),
    (
        "Next steps this week",
        "marketer",
        {
            "condition": {
                "all": [
                    {"field": "next_step_on", "in_next": 7},
                    {"field": "owner", "not_blank": True},
                ]
            },
            "columns": ["owner", "next_step_on", "stage"],
            "ordering": "next_step",
        },
    ),
)


def make_segments(people: dict[str, User], now: datetime, random: Random) -> None:
    """What leads downloaded, three segments, two views that everybody sees, and how sizes moved."""
    _downloads(people["marketer2"], now, random)
    with at(now - timedelta(days=12)):
        for name, purpose, kind, owner, condition in SEGMENTS:
            person = people[owner]
            create_segment(
                owner=person,
                name=name,
                purpose=purpose,
                kind=kind,
                condition=check_condition(condition, person),
            )
        for name, owner, asked in VIEWS:
            create_view(owner=people[owner], name=name, asked=asked, sharing="everybody")
    for days in range(11, -1, -1):
        with at(now - timedelta(days=days)):
            count_segments(now - timedelta(days=days))


def _downloads(by: User, now: datetime, random: Random) -> None:
    leads = list(Lead.objects.order_by("pk"))
    free = [lead for lead in leads if lead.owner_id is None]
    for lead in [*free, *random.sample(leads, min(DOWNLOADS, len(leads)))]:
        day = max(lead.created_at, now - timedelta(days=random.uniform(0.2, 40)))
        with at(day):
            contact = services.Contact(kind="download", direction="in", title=random.choice(PAPERS))
            services.log_touchpoint(lead=lead, contact=contact, by=by)
