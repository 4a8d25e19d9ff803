"""How many leads came how far, and how long the won ones took."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from leads.models import Lead
from leads.reach import reached_kind
from portal.metrics.expressions import DaysBetween
from portal.metrics.medians import medians
from portal.metrics.metric import DAYS, JOINT, MARKETING, SALES, SHARE, Metric, counted, share

IS_WON = Q(status=Lead.Status.WON)
#: From creation to the day the lead became a customer.
CYCLE = DaysBetween("created_at", "converted_at")

LEADS = counted(
    "leads", "Leads", "Leads created in the period, each person once.", MARKETING, Count("*")
)
MQL = counted(
    "mql",
    "MQL",
    "Of these leads, those that have reached a stage of the kind MQL or any later one, "
    "whatever became of them since.",
    MARKETING,
    Count("pk", filter=reached_kind("mql")),
)
SQL = counted(
    "sql",
    "SQL",
    "Of these leads, those that have reached a stage of the kind SQL or any later one, "
    "whatever became of them since.",
    SALES,
    Count("pk", filter=reached_kind("sql")),
)
OPPORTUNITIES = counted(
    "opportunities",
    "Opportunities",
    "Of these leads, those that have reached a stage of the kind opportunity or became customers.",
    SALES,
    Count("pk", filter=reached_kind("opportunity")),
)
WON = counted(
    "won",
    "Won",
    "Of these leads, those that have become customers. They are counted in the period in which "
    "they were created, not the one in which they bought.",
    SALES,
    Count("pk", filter=IS_WON),
)


def conversion(leads: QuerySet[Any]) -> float | None:
    """Won ÷ leads; None where there are no leads."""
    counts = leads.order_by().aggregate(won=WON.aggregate, leads=LEADS.aggregate)
    return share(counts["won"], counts["leads"])


def median_days(leads: QuerySet[Any]) -> float | None:
    """Days from creation to won; None while nothing is won."""
    won = leads.filter(IS_WON).annotate(k=Value(1), v=CYCLE).values("k", "v")
    return medians(won).get(1)


CONVERSION = Metric(
    "conversion",
    "Conversion",
    SHARE,
    "Won ÷ leads: the share of the leads created in the period that have become customers so far. "
    "Young leads have had less time, so recent periods look worse than they will.",
    JOINT,
    conversion,
)
MEDIAN_DAYS = Metric(
    "median_days",
    "Median days to won",
    DAYS,
    "The middle number of days from the day a lead was created to the day it was won, by calendar "
    "date; half of the won leads took less, half took more. Negative when a deal was closed "
    "before the lead was recorded.",
    SALES,
    median_days,
)

#: Figures that are counted in one pass over the leads.
COUNTS = (LEADS, MQL, SQL, OPPORTUNITIES, WON)
METRICS = (*COUNTS, CONVERSION, MEDIAN_DAYS)
