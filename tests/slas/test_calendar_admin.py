"""Calendars in the admin: hours with split days, zones, holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal.slas.calendars import public_holidays, work_calendar
from portal.slas.models import Calendar
from tests.factories import make_calendar, make_clock, make_commitment, make_sla

pytestmark = pytest.mark.django_db

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def sent(calendar=None, *, holidays=(), **fields):
    """What the form sends: 9 to 5 from Monday to Friday, unless told otherwise."""
    data = {"name": "Berlin office", "time_zone": "Europe/Berlin", "country": "", "subdivision": ""}
    data |= {day: "09:00-17:00" if day not in ("saturday", "sunday") else "" for day in DAYS}
    data["version"] = calendar.version if calendar else 1
    data |= {"holidays-TOTAL_FORMS": len(holidays), "holidays-INITIAL_FORMS": 0}
    for number, (on, name) in enumerate(holidays):
        data |= {f"holidays-{number}-on": on, f"holidays-{number}-name": name}
    return data | fields


def test_a_manager_writes_a_calendar(as_marketing_manager):
    data = sent(
        friday="09:00-12:30, 13:30-15:00",
        country="DE",
        subdivision="by",
        holidays=[("2026-12-24", "Christmas Eve")],
    )

    assert as_marketing_manager.post("/admin/slas/calendar/add/", data).status_code == 302

    calendar = Calendar.objects.get(name="Berlin office")
    assert calendar.hours["4"] == [["09:00", "12:30"], ["13:30", "15:00"]]
    assert "5" not in calendar.hours
    assert calendar.subdivision == "BY"
    plain = work_calendar(calendar)
    assert not plain.hours_of(date(2026, 12, 24))
    assert not plain.hours_of(date(2026, 11, 1)), "All Saints is free in Bavaria"
    assert plain.hours_of(date(2026, 12, 23))
    page = as_marketing_manager.get(calendar.get_absolute_url()).content.decode()
    assert "Christmas Eve" in page
    assert "09:00-12:30, 13:30-15:00" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"monday": "9-17"}, "is not a pair of times"),
        ({"monday": "17:00-09:00"}, "ends before it begins"),
        (dict.fromkeys(DAYS, ""), "at least one day"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"country": "DE", "subdivision": "XX"}, "Known here: BB"),
        ({"name": ""}, "required"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(as_marketing_manager, fields, sentence):
    answer = as_marketing_manager.post("/admin/slas/calendar/add/", sent(**fields))

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Calendar.objects.filter(time_zone="Europe/Berlin").exists()


def test_a_new_holiday_moves_open_clocks(as_sales_manager, marketing_manager, sales_manager):
    calendar = make_calendar("Straight", time_zone="UTC")
    make_sla(commitments=[make_commitment(calendar=calendar)], agreed=True)
    clock = make_clock(at=datetime(2026, 3, 26, 9, 0, tzinfo=UTC))
    assert clock.due_at == datetime(2026, 3, 27, 9, 30, tzinfo=UTC)
    data = sent(calendar, name="Straight", time_zone="UTC", holidays=[("2026-03-27", "Bridge day")])
    data |= dict.fromkeys(DAYS[:5], "09:00-12:30, 13:30-17:30")

    answer = as_sales_manager.post(f"/admin/slas/calendar/{calendar.pk}/change/", data, follow=True)

    assert "1 open deadlines were computed anew" in answer.content.decode()
    clock.refresh_from_db()
    assert clock.due_at == datetime(2026, 3, 30, 9, 30, tzinfo=UTC)


def test_of_two_who_save_the_same_calendar_the_later_sees_both(
    as_sales_manager, as_marketing_manager
):
    calendar = make_calendar("Office")
    url = f"/admin/slas/calendar/{calendar.pk}/change/"
    as_marketing_manager.post(url, sent(calendar, name="Office", monday="08:00-16:00"))

    answer = as_sales_manager.post(url, sent(calendar, name="Office", monday="10:00-18:00"))

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Monday 08:00-16:00" in page
    assert "10:00-18:00" in page
    calendar.refresh_from_db()
    assert calendar.hours["0"] == [["08:00", "16:00"]]

    again = sent(calendar, name="Office", monday="10:00-18:00")
    assert as_sales_manager.post(url, again).status_code == 302


def test_a_calendar_that_an_sla_names_is_not_deleted(as_sales_manager, sales_manager):
    calendar, free = make_calendar("Named"), make_calendar("Free")
    make_sla(commitments=[make_commitment(calendar=calendar)])

    for row, status in ((calendar, 409), (free, 302)):
        url = f"/admin/slas/calendar/{row.pk}/delete/"
        assert as_sales_manager.post(url, {"post": "yes"}).status_code == status
    assert list(Calendar.objects.filter(name__in=["Named", "Free"])) == [calendar]


def test_public_holidays_come_from_the_package():
    assert date(2026, 10, 3) in public_holidays("DE", "", 2026)
    assert public_holidays("", "", 2026) == {}
    assert public_holidays("XX", "", 2026) == {}
