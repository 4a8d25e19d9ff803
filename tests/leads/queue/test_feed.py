"""The feed of leads to sales: steady enough to plan time and quota by [R71]?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.handoffs.models import Handoff
from leads.queue.feed import WEEKS, feed_of
from tests.factories import make_lead, make_stages

pytestmark = pytest.mark.django_db


def offered(person, at, number=1, follows=None):
    make_stages()
    stage = make_lead().stage
    leads = [make_lead(stage="mql") for _ in range(number)]
    assert stage
    return Handoff.objects.bulk_create(
        Handoff(
            lead=lead,
            to=person,
            offered_at=at,
            why="Their turn",
            follows=follows,
            state="accepted",
            answered_at=at,
        )
        for lead in leads
    )


def midweek(weeks_ago):
    """A Wednesday noon, so many full weeks ago."""
    today = timezone.localtime().replace(hour=12, minute=0)
    return today - timedelta(days=today.weekday()) + timedelta(days=2) - timedelta(weeks=weeks_ago)


def test_full_weeks_are_counted_once_and_this_week_is_not(rep, other_rep):
    for week in range(1, WEEKS + 1):
        offered(rep, midweek(week), 2)
    made = offered(other_rep, midweek(1), 3)
    offered(rep, midweek(1), follows=made[0])
    offered(rep, midweek(0) - timedelta(days=2), 5)

    found = feed_of(timezone.now())

    # The first offer of all was made in the middle of a week, which is no full one.
    assert list(found.weeks) == [2] * (WEEKS - 2) + [5]
    shares = {share.person: share for share in found.shares}
    assert list(shares[rep].weeks) == [2] * (WEEKS - 1)
    assert list(shares[other_rep].weeks) == [0] * (WEEKS - 2) + [3]
    assert shares[rep].found.is_steady


def test_a_quarter_is_looked_at(rep):
    for week in range(1, WEEKS + 4):
        offered(rep, midweek(week))
    assert list(feed_of(timezone.now()).weeks) == [1] * WEEKS


@pytest.mark.parametrize(
    "who", ["as_rep", "as_marketer", "as_sales_manager", "as_marketing_manager", "as_executive"]
)
def test_everybody_may_see_whether_it_is_steady(request, who, rep):
    page = request.getfixturevalue(who).get("/queue/feed/").content.decode()
    assert "Too few weeks or leads to say" in page
    for week in range(1, 9):
        offered(rep, midweek(week), 1 if week % 2 else 30)
    page = request.getfixturevalue(who).get("/queue/feed/").content.decode()
    assert "Unsteady" in page
    assert rep.name in page


def test_it_asks_the_same_however_many_people(as_rep, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        as_rep.get("/queue/feed/")
