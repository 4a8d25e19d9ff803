"""What handoffs can be filtered by, on the page and in the API alike."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet

from leads.handoffs.models import Handoff
from portal.core.filters import StrictFilterSet

#: The largest id that a database holds.
MOST = 2**63 - 1
#: Boxes of the page: what waits, and for whom.
BOXES = {
    "answer": "To answer",
    "out": "Out with sales",
    "complete": "To complete",
    "review": "To look at together",
    "queue": "Nobody found",
    "all": "All",
}


class HandoffFilter(StrictFilterSet):
    """``to`` is an id, ``me`` or ``none``; ``box`` as on the page."""

    state = filters.ChoiceFilter(choices=Handoff.State.choices, label="State")
    ground = filters.ChoiceFilter(choices=Handoff.Ground.choices, label="Ground")
    lead = filters.NumberFilter(field_name="lead_id", min_value=1, max_value=MOST, label="Lead")
    to = filters.CharFilter(method="asks", label="Asks: an id, me or none")
    team = filters.CharFilter(method="of_team", label="Team: an id or none")
    campaign = filters.CharFilter(method="of_campaign", label="Campaign: a slug or none")
    source = filters.CharFilter(field_name="lead__source", label="Source, exactly")
    persona = filters.CharFilter(field_name="lead__persona__slug", label="Persona: a slug")
    box = filters.ChoiceFilter(choices=list(BOXES.items()), method="in_box", label="Box")

    class Meta:
        model = Handoff
        fields: ClassVar = {
            "offered_at": ["gte", "lt"],
            "answered_at": ["gte", "lt", "isnull"],
            "contacted_at": ["isnull"],
        }

    def asks(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "me":
            return rows.filter(to=self.request.user)
        if value == "none":
            return rows.filter(to=None)
        if value.isascii() and value.isdigit() and int(value) <= MOST:
            return rows.filter(to=int(value))
        return rows.none()

    def of_team(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            return rows.filter(team=None)
        if value.isascii() and value.isdigit() and int(value) <= MOST:
            return rows.filter(team=int(value))
        return rows.none()

    def of_campaign(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            return rows.filter(lead__campaign=None)
        return rows.filter(lead__campaign__slug=value)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """An empty source or ground is an answer of its own: nothing was recorded, not rejected."""
        rows = super().filter_queryset(queryset)
        for name, column in (("source", "lead__source"), ("ground", "ground")):
            if self.data.get(name) == "":
                rows = rows.filter(**{column: ""})
        return rows

    def in_box(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return of_box(rows, value, self.request.user)


def of_box(rows: Any, box: str, user: Any) -> Any:
    """The handoffs in one box of the page, as this person has it."""
    chosen = {
        "answer": lambda: rows.open().filter(
            pk__in=Handoff.objects.permitted(user, "handoffs.accept_handoff").values("pk")
        ),
        "out": rows.open,
        "complete": rows.to_complete,
        "review": rows.to_review,
        "queue": rows.unassigned,
    }
    return chosen[box]() if box in chosen else rows
