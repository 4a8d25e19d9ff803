"""What the deployment has learned: how often sales are won from each stage, leads from each grade."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db.models import Avg, Count, Q

from leads.models import Lead
from leads.opportunities.models import Opportunity, OpportunityChange, Status
from leads.queue.rules import Experience, Rate
from leads.scoring.models import Standing, Trial

if TYPE_CHECKING:
    from datetime import datetime

#: So far back sales are looked at: what was won before tells little about today.
LOOKS_BACK = timedelta(days=365)
#: Seconds for which rates of a year may be told again.
KEPT_FOR = 3600
#: Whoever changes the shape of ``Experience`` counts this up: a cache outlives an update.
KEY = "queue.experience.1"
CLOSED = (Status.WON, Status.LOST)


def experience(at: datetime) -> Experience:
    """Rates of the whole deployment, without a name in them; read once an hour."""
    found: Experience | None = cache.get(KEY)
    if found is None:
        found = _read(at)
        cache.set(KEY, found, KEPT_FOR)
    return found


def _read(at: datetime) -> Experience:
    closed = Opportunity.objects.filter(status__in=CLOSED, closed_at__gt=at - LOOKS_BACK)
    won = Q(status=Status.WON)
    priced = won & Q(currency=settings.CURRENCY, amount__gt=0)
    sales = closed.aggregate(
        hits=Count("pk", filter=won), cases=Count("pk"), mean=Avg("amount", filter=priced)
    )
    sale = sales.pop("mean")
    leads = Lead.objects.aggregate(
        hits=Count("pk", filter=Q(status=Lead.Status.WON)),
        cases=Count("pk", filter=Q(status__in=(Lead.Status.WON, Lead.Status.LOST))),
    )
    return Experience(
        currency=settings.CURRENCY,
        sale=None if sale is None else float(sale),
        sales=Rate(**sales),
        by_stage=_by_stage(at),
        leads=Rate(**leads),
        by_grade=_by_grade(),
    )


def _by_stage(at: datetime) -> dict[int, Rate]:
    """Of the closed sales that stood in each stage, how many were won."""
    stood = OpportunityChange.objects.filter(
        opportunity__status__in=CLOSED, opportunity__closed_at__gt=at - LOOKS_BACK
    )
    won = Q(opportunity__status=Status.WON)
    rows = (
        stood.order_by()
        .values("to_stage")
        .annotate(
            hits=Count("opportunity", filter=won, distinct=True),
            cases=Count("opportunity", distinct=True),
        )
    )
    return {row["to_stage"]: Rate(row["hits"], row["cases"]) for row in rows}


def _by_grade() -> dict[str, Rate]:
    """What the newest trial of the model in use found."""
    trials = Trial.objects.filter(
        revision__in=Standing.objects.values("active"),
        kind=Trial.Kind.TRY,
        ended_at__isnull=False,
        result__isnull=False,
    )
    result = trials.order_by("-at", "-pk").values_list("result", flat=True).first() or {}
    return {
        band["band"]: Rate(band["converted"], band["leads"]) for band in result.get("bands", ())
    }
