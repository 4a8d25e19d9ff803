"""What the timeline of a lead tells of its opportunities.

That there is one belongs to the lead's own history, so whoever sees the lead reads it. What it is
called and worth stands on its own page, for those who may see that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from leads.opportunities.models import OpportunityChange
from leads.timeline import Entry, Source

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leads.models import Lead

TOLD = (
    OpportunityChange.Kind.OPENED,
    OpportunityChange.Kind.MOVED,
    OpportunityChange.Kind.WON,
    OpportunityChange.Kind.LOST,
    OpportunityChange.Kind.REOPENED,
)


def _rows(lead: Lead) -> QuerySet[OpportunityChange]:
    return OpportunityChange.objects.filter(opportunity__lead=lead, kind__in=TOLD).select_related(
        "by", "to_stage"
    )


def _rows_of_many(leads: QuerySet[Lead]) -> QuerySet[OpportunityChange]:
    """The same of several leads; each row says whose it is."""
    rows = OpportunityChange.objects.filter(opportunity__lead__in=leads.values("pk"), kind__in=TOLD)
    return rows.annotate(lead_id=F("opportunity__lead_id")).select_related("by", "to_stage")


def _entry(change: OpportunityChange) -> Entry:
    kind = OpportunityChange.Kind
    text = {
        kind.OPENED: f"Opportunity opened in {change.to_stage}",
        kind.MOVED: f"Opportunity moved to {change.to_stage}",
        kind.WON: "Opportunity won",
        kind.LOST: "Opportunity lost",
        kind.REOPENED: f"Opportunity opened again in {change.to_stage}",
    }[kind(change.kind)]
    actor, side = (str(change.by), change.by.department) if change.by else ("Accord", "")
    return Entry("opportunity", "target", text, change.at, actor, change.reason, side=side)


SOURCE = Source(
    "opportunity",
    _rows,
    _entry,
    action="opportunities.view_opportunity",
    rows_of_many=_rows_of_many,
)
