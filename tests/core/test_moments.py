"""Moments that nobody means are refused wherever they come in, and none is an error of ours [IN-09]."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from portal.core.moments import is_possible
from tests.factories import lead_event, make_hook, make_lead, make_stages
from tests.webhooks.test_receive import post

pytestmark = pytest.mark.django_db
JSON = "application/json"
#: What databases or calendars choke on; a plus sign is written as an address writes it.
WRONG = (
    "0001-01-01T00:00:00Z",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:60Z",
    "2026-03-31T08:00:00%2B18:00",
    "2026-03-31T08:00:00-23:59",
    "2026-02-30",
    "2026-03-31T25:00",
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(1900, 1, 1), True),
        (date(1899, 12, 31), False),
        (datetime(2200, 12, 31, 23, 59, tzinfo=UTC), True),
        (datetime(2201, 1, 1, tzinfo=UTC), False),
        (datetime(2026, 3, 31, tzinfo=timezone(timedelta(hours=14))), True),
        (datetime(2026, 3, 31, tzinfo=timezone(timedelta(hours=-16))), False),
    ],
)
def test_which_moments_can_be_meant(value, expected):
    assert is_possible(value) is expected


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/leads/count/?created_at__gte={}",
        "/api/v1/leads/count/?lost_at__date={}",
        "/api/v1/touchpoints/count/?occurred_at__lte={}",
        "/api/v1/opportunities/count/?closed_at__gte={}",
        "/api/v1/feedback/count/?created_at__gte={}",
        "/api/v1/audit/count/?at__gte={}",
    ],
)
def test_a_filter_says_so(as_administrator, path, value):
    answer = as_administrator.get(path.format(value))

    assert answer.status_code == 400, answer.content
    assert as_administrator.get(path.format("2026-03-31T08:00:00Z")).status_code == 200


@pytest.mark.parametrize("value", WRONG)
def test_a_field_says_so(as_marketer, value):
    make_stages()
    value = value.replace("%2B", "+")
    given = {"email": "ana@acme.example", "created_at": value}

    answer = as_marketer.post("/api/v1/leads/", given, content_type=JSON)

    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"] == "created_at"


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-03-31T08:00+18:00"]
)
def test_a_form_says_so(as_marketer, value):
    lead = make_lead()

    answer = as_marketer.post(f"/leads/{lead.pk}/log/", {"kind": "call", "direction": "out", "occurred_at": value})  # fmt: skip

    assert answer.status_code in (409, 422), answer.content
    assert not lead.touchpoints.exists()


@pytest.mark.parametrize("value", WRONG)
def test_an_event_without_a_possible_moment_is_taken_all_the_same(stages_made, value):
    path = make_hook()[1]

    answer = post(path, lead_event("1") | {"timestamp": value.replace("%2B", "+")})

    assert answer.status_code == 202, answer.content


@pytest.fixture
def stages_made(db):
    make_stages()
