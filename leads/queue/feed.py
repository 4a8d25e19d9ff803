"""The feed of leads to sales, week by week: steady enough to plan time and quota by [R71]?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils import timezone

from leads.handoffs.models import Handoff
from leads.models import Lead
from leads.queue.rules import Steadiness, steadiness
from portal.accounts.models import User
from portal.accounts.roles import Department, Role
from portal.core.charts import Chart, Series, bar_chart
from portal.core.formatting import day_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leads.handoffs.querysets import HandoffQuerySet

#: Full weeks that are looked at: a quarter.
WEEKS = 13
#: People of one page; a sales organisation beyond it reads its teams one by one.
MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Share:
    """What one person got: offers a week over the same weeks, and what they hold now."""

    person: User
    weeks: Sequence[int]
    found: Steadiness
    open_leads: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Feed:
    """First offers of leads to sales in each full week, the oldest first."""

    since: date
    weeks: Sequence[int]
    found: Steadiness
    shares: Sequence[Share]

    @property
    def said(self) -> str:
        found = self.found
        if found.is_steady is None:
            return "Too few weeks or leads to say how steady the feed is."
        span = (
            f"In eight of ten weeks sales was offered {found.low:,} to {found.high:,} leads, "
            f"{found.mean:,.1f} on average."
        )
        if found.is_steady:
            return f"Steady: the weeks differ no more than chance makes them. {span}"
        return f"Unsteady: the weeks differ more than chance makes them. {span}"


def feed_of(at: datetime) -> Feed:
    """The last full weeks. Six reads, whatever the number of leads."""
    today = timezone.localdate(at)
    monday = today - timedelta(days=today.weekday())
    since = monday - timedelta(weeks=WEEKS)
    offers = Handoff.objects.filter(
        follows=None, offered_at__gte=_start(since), offered_at__lt=_start(monday)
    )
    first = Handoff.objects.order_by("offered_at").values_list("offered_at", flat=True).first()
    began = since if first is None else max(since, _monday_after(timezone.localdate(first)))
    mondays = [since + timedelta(weeks=n) for n in range(WEEKS)]
    counted = [day for day in mondays if day >= began] if first is not None else []
    all_weeks = _by_week(offers)
    weeks = [all_weeks.get(day, 0) for day in counted]
    return Feed(
        counted[0] if counted else since, weeks, steadiness(weeks), _shares(offers, counted)
    )


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _monday_after(day: date) -> date:
    """The first full week of a practice that began on ``day``."""
    return day + timedelta(days=(7 - day.weekday()) % 7)


def _by_week(offers: HandoffQuerySet) -> dict[date, int]:
    rows = offers.order_by().annotate(week=TruncWeek("offered_at")).values("week")
    return {
        timezone.localdate(row["week"]): row["number"] for row in rows.annotate(number=Count("pk"))
    }


def _shares(offers: HandoffQuerySet, mondays: Sequence[date]) -> list[Share]:
    """Everybody of sales who works leads, those who got most on top."""
    people = list(
        User.objects.filter(
            is_active=True, department=Department.SALES, role__in=(Role.REP, Role.MANAGER)
        ).order_by("name", "pk")[:MOST_PEOPLE]
    )
    rows = offers.filter(to__in=people).order_by()
    weekly: dict[tuple[int, date], int] = {
        (row["to"], timezone.localdate(row["week"])): row["number"]
        for row in rows.annotate(week=TruncWeek("offered_at"))
        .values("to", "week")
        .annotate(number=Count("pk"))
    }
    holds = dict(
        Lead.objects.filter(owner__in=people, status=Lead.Status.OPEN)
        .order_by()
        .values_list("owner")
        .annotate(number=Count("pk"))
    )
    asked = dict(
        Handoff.objects.open()
        .filter(to__in=people)
        .order_by()
        .values_list("to")
        .annotate(number=Count("pk"))
    )
    shares = []
    for person in people:
        weeks = [weekly.get((person.pk, day), 0) for day in mondays]
        shares.append(
            Share(
                person, weeks, steadiness(weeks), holds.get(person.pk, 0), asked.get(person.pk, 0)
            )
        )
    return sorted(shares, key=lambda share: -sum(share.weeks))


def chart_of(feed: Feed) -> Chart:
    today = timezone.localdate()
    labels = [day_text(feed.since + timedelta(weeks=n), today) for n in range(len(feed.weeks))]
    series = [Series("Offered to sales", list(feed.weeks), kind="sales")]
    return bar_chart(feed.said, labels, series, x_label="Week of", y_label="Leads offered")
