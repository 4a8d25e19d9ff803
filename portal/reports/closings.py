"""Which opportunities a report is about, and the address of the list that holds the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from campaigns.competitors.models import Competitor
from leads.opportunities import origins
from leads.opportunities.models import Opportunity
from portal.reports.cohort import NOBODY, midnight

if TYPE_CHECKING:
    from collections.abc import Callable

    from leads.opportunities.querysets import OpportunityQuerySet

ENDED = Q(status__in=(Opportunity.Status.WON, Opportunity.Status.LOST))


def _row(column: str) -> Callable[[Any], Q]:
    return lambda value: Q(**{column: None if value == NOBODY else value})


def _met(value: Any) -> Q:
    return origins.met(Competitor.objects.filter(pk=value).first())


#: Filter of the report → the condition. The list of opportunities has a filter of the same name.
CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "source": origins.from_source,
    "campaign": origins.of_campaign,
    "persona": origins.of_persona,
    "industry": origins.in_industry,
    "competitor": _met,
    "product": _row("product"),
    "owner": _row("owner"),
    "owner_name": origins.of_owner_named,
    "team": _row("team"),
    "team_name": origins.of_team_named,
}


@dataclass(frozen=True, slots=True)
class Closings:
    """Opportunities closed from the first to the last day, both included, that have these values;
    and those that are open today and were created by then.

    Days begin and end in the deployment's time zone. All of the company: figures are open to
    everybody who may read reports, records are not [R58].
    """

    first: date | None = None
    last: date | None = None
    values: Mapping[str, str | int] = field(default_factory=dict)

    def opportunities(self) -> OpportunityQuerySet:
        rows = self._chosen()
        if self.first is None and self.last is None:
            return rows
        closed, is_open = ENDED, Q(status=Opportunity.Status.OPEN)
        if self.first:
            closed &= Q(closed_at__gte=midnight(self.first))
        if self.last:
            end = midnight(self.last + timedelta(days=1))
            closed &= Q(closed_at__lt=end)
            is_open &= Q(created_at__lt=end)
        return rows.filter(closed | is_open)

    def _chosen(self) -> OpportunityQuerySet:
        rows: OpportunityQuerySet = Opportunity.objects.all()
        for name, value in self.values.items():
            rows = rows.filter(CONDITIONS[name](value))
        return rows

    def without_day(self) -> int:
        """How many closed ones no period can hold, because nobody knows when they were closed."""
        return self._chosen().filter(ENDED, closed_at=None).count()

    def before(self) -> Closings | None:
        """The period of equal length just before; None for a period without both ends."""
        if self.first is None or self.last is None:
            return None
        length = self.last - self.first + timedelta(days=1)
        return replace(self, first=self.first - length, last=self.last - length)

    def within(self, first: date, last: date) -> Closings:
        """The part of the period from one day to another."""
        start = max(first, self.first) if self.first else first
        return replace(self, first=start, last=min(last, self.last) if self.last else last)

    def link(self, status: str, **more: str | int) -> str:
        """The list of the opportunities behind a number, as far as the reader may see them.

        The period is told in moments: the list reads plain days in the reader's time zone.
        """
        asked = {"status": status, **self._period(status), **self.values, **more}
        return f"{reverse('opportunities:opportunity-list')}?{urlencode(asked)}"

    def _period(self, status: str) -> dict[str, str]:
        end = self.last and midnight(self.last + timedelta(days=1)).isoformat()
        if status == Opportunity.Status.OPEN:
            return {"created_at__lt": end} if end else {}
        start = self.first and midnight(self.first).isoformat()
        bounds = {"closed_at__gte": start, "closed_at__lt": end}
        return {name: moment for name, moment in bounds.items() if moment}
