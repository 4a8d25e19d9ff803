"""Medians computed by the database are those of a calculation by hand, on both engines."""

from __future__ import annotations

import random
import statistics
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F, Value

from leads.models import Lead
from portal.metrics.conversion import IS_WON, median_days
from portal.metrics.expressions import DaysBetween
from portal.metrics.medians import medians, medians_and_whole
from tests.factories import make_lead

START = datetime(2026, 1, 10, 9, tzinfo=UTC)


def won_after(days, **fields):
    return make_lead(
        stage="customer",
        status="won",
        created_at=START,
        converted_at=START + timedelta(days=days),
        **fields,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("days", [[5], [3, 4], [-2, 0, 14], [1, 1, 2, 90], [7, 3, 5, 1, 9]])
def test_the_middle_number_or_the_mean_of_the_two_in_the_middle(days):
    for number in days:
        won_after(number)

    assert median_days(Lead.objects.all()) == statistics.median(days)


@pytest.mark.django_db
def test_groups_of_every_size_agree_with_a_calculation_by_hand():
    chance = random.Random(4)
    expected, everything = {}, []
    for source in "abcd":
        days = [chance.choice([-3, 0, 7, 8, 60]) for _ in range(chance.randint(1, 9))]
        expected[source] = statistics.median(days)
        everything += days
        for number in days:
            won_after(number, source=source)
    rows = Lead.objects.filter(IS_WON).annotate(
        k=F("source"), v=DaysBetween("created_at", "converted_at")
    )

    assert medians(rows.values("k", "v")) == expected
    found = medians_and_whole(rows.values("k", "v"))
    assert (found.by_group, found.whole) == (expected, statistics.median(everything))


@pytest.mark.django_db
def test_leads_without_a_number_do_not_count():
    won_after(4)
    make_lead(stage="customer", status="won", created_at=START)

    assert median_days(Lead.objects.all()) == 4


@pytest.mark.django_db
def test_nothing_won_has_no_median():
    make_lead()

    assert median_days(Lead.objects.all()) is None
    assert median_days(Lead.objects.none()) is None


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "days"), [("UTC", 0), ("Asia/Tokyo", 1), ("America/New_York", 0)])
def test_days_are_calendar_days_where_the_deployment_is(settings, zone, days):
    settings.TIME_ZONE = zone
    created = datetime(2026, 3, 3, 13, tzinfo=UTC)
    make_lead(status="won", created_at=created, converted_at=created + timedelta(hours=3))

    row = Lead.objects.annotate(k=Value(1), v=DaysBetween("created_at", "converted_at")).values(
        "k", "v"
    )

    assert list(row) == [{"k": 1, "v": days}]
    assert connection.vendor in {"sqlite", "postgresql"}
