"""Which leads a report is about, and the address of the list that holds the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from leads.models import Lead
from portal.metrics.rollups.reading import Question

if TYPE_CHECKING:
    from leads.querysets import LeadQuerySet

#: Filter of a report → look-up on leads. The lead list offers a filter of the same name.
LOOKUPS = {
    "source": "source",
    "campaign": "campaign__slug",
    "persona": "persona__slug",
    "owner": "owner",
    "team": "team",
}
#: The leads of one segment, by its slug; the lead list offers this too.
SEGMENT = "segment"
#: Every filter that narrows the leads of a report.
NARROWING = (*LOOKUPS, SEGMENT)
#: How an address says "nobody".
NOBODY = "none"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Leads created from the first to the last day, both included, that have these values.

    Days begin and end in the deployment's time zone. All leads of the company: figures are open
    to everybody who may read reports, records are not [R58].
    """

    first: date | None = None
    last: date | None = None
    values: Mapping[str, str | int] = field(default_factory=dict)
    #: The leads to begin with, where only some may be asked about.
    among: LeadQuerySet | None = None

    def leads(self) -> LeadQuerySet:
        leads = Lead.objects.all() if self.among is None else self.among.all()
        if self.first:
            leads = leads.filter(created_at__gte=midnight(self.first))
        if self.last:
            leads = leads.filter(created_at__lt=midnight(self.last + timedelta(days=1)))
        wanted: dict[str, Any] = {
            LOOKUPS[name]: value for name, value in self.values.items() if name in LOOKUPS
        }
        if wanted.get("owner") == NOBODY:
            wanted["owner"] = None
        return leads.filter(**wanted)

    def question(self) -> Question | None:
        """What the roll-ups can be asked about these leads; None where they do not hold it."""
        is_far = MAXYEAR in {day.year for day in (self.first, self.last) if day}
        if self.among is not None or len(self.values) > 1 or is_far:
            return None
        if not self.values:
            return Question(self.first, self.last)
        [(name, value)] = self.values.items()
        if name == "source":
            return Question(self.first, self.last, name, str(value))
        if name == "campaign":
            campaign = Campaign.objects.filter(slug=value).values_list("pk", flat=True).first()
            return Question(self.first, self.last, name, str(campaign)) if campaign else None
        return None

    def before(self) -> Cohort | None:
        """The period of equal length just before; None for a period without both ends."""
        if self.first is None or self.last is None:
            return None
        length = self.last - self.first + timedelta(days=1)
        return replace(self, first=self.first - length, last=self.last - length)

    def link(self, **more: str | int) -> str:
        """The list of the leads behind a number, as far as the reader may see them.

        The period is told in moments: the list reads plain days in the reader's time zone.
        """
        asked = {**self._period(), **self.values, **more}
        address = reverse("leads:lead-list")
        return f"{address}?{urlencode(asked)}" if asked else address

    def _period(self) -> dict[str, str]:
        bounds = {
            "created_at__gte": self.first,
            "created_at__lt": self.last and self.last + timedelta(days=1),
        }
        return {name: midnight(day).isoformat() for name, day in bounds.items() if day}


def midnight(day: date) -> datetime:
    """The moment at which a day begins where the deployment is."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
