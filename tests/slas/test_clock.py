"""Business-hours arithmetic: worked cases, and a slow reference that counts minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.slas.clock import NeverOpen, WorkCalendar, parse_spans, spans_text

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = {day: parse_spans("09:00-12:30, 13:30-17:30") for day in range(5)}
STRAIGHT = {day: parse_spans("09:00-17:00") for day in range(5)}
ALWAYS = dict.fromkeys(range(7), ((0, 1440),))
NIGHTS = {day: parse_spans("00:00-06:00, 22:00-24:00") for day in range(7)}

office = WorkCalendar(OFFICE, BERLIN)
straight = WorkCalendar(STRAIGHT, BERLIN)
always = WorkCalendar(ALWAYS, BERLIN)
nights = WorkCalendar(NIGHTS, BERLIN)
easter = WorkCalendar(OFFICE, BERLIN, frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
new_york = WorkCalendar(STRAIGHT, ZoneInfo("America/New_York"))
kolkata = WorkCalendar(STRAIGHT, ZoneInfo("Asia/Kolkata"))
kathmandu = WorkCalendar(STRAIGHT, ZoneInfo("Asia/Kathmandu"))
saturday = WorkCalendar({5: parse_spans("10:00-14:00")}, BERLIN)
lord_howe = WorkCalendar(ALWAYS, ZoneInfo("Australia/Lord_Howe"))
st_johns = WorkCalendar(
    {d: parse_spans("23:00-24:00") for d in range(7)}, ZoneInfo("America/St_Johns")
)
apia = WorkCalendar(ALWAYS, ZoneInfo("Pacific/Apia"))


def local(calendar, text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=calendar.zone, fold=fold)


# Thursday 2026-03-26, Friday 27, Saturday 28, Sunday 29 (clocks go forward), Monday 30.
ADDING = [
    ("within the morning", office, "2026-03-26T09:00", 60, "2026-03-26T10:00"),
    ("up to lunch", office, "2026-03-26T12:00", 30, "2026-03-26T12:30"),
    ("over lunch", office, "2026-03-26T12:00", 31, "2026-03-26T13:31"),
    ("from lunch", office, "2026-03-26T13:00", 10, "2026-03-26T13:40"),
    ("up to closing", office, "2026-03-26T17:00", 30, "2026-03-26T17:30"),
    ("over night", office, "2026-03-26T17:00", 31, "2026-03-27T09:01"),
    ("from night", office, "2026-03-26T23:15", 5, "2026-03-27T09:05"),
    ("from before opening", office, "2026-03-26T05:00", 5, "2026-03-26T09:05"),
    ("over the week-end", office, "2026-03-27T16:30", 150, "2026-03-30T10:30"),
    ("from Saturday", office, "2026-03-28T10:00", 60, "2026-03-30T10:00"),
    ("from Sunday night", office, "2026-03-29T23:59", 1, "2026-03-30T09:01"),
    ("a whole day", office, "2026-03-26T09:00", 450, "2026-03-26T17:30"),
    ("a day and a minute", office, "2026-03-26T09:00", 451, "2026-03-27T09:01"),
    ("a week", office, "2026-03-23T09:00", 5 * 450, "2026-03-27T17:30"),
    ("a week later", office, "2026-03-23T10:00", 5 * 450, "2026-03-30T10:00"),
    ("nothing", office, "2026-03-28T10:00", 0, "2026-03-28T10:00"),
    ("half a minute", office, "2026-03-26T09:00", Decimal("0.5"), "2026-03-26T09:00:30"),
    ("seconds are kept", office, "2026-03-26T12:29:30", 1, "2026-03-26T13:30:30"),
    ("Good Friday and Easter Monday", easter, "2026-04-02T17:00", 60, "2026-04-07T09:30"),
    ("from a holiday", easter, "2026-04-03T11:00", 30, "2026-04-07T09:30"),
    ("leap day", straight, "2028-02-28T16:00", 120, "2028-02-29T10:00"),
    ("over leap day", straight, "2028-02-29T16:00", 120, "2028-03-01T10:00"),
    ("no leap day in 2100", straight, "2100-02-26T16:00", 120, "2100-03-01T10:00"),
    ("new year", straight, "2026-12-31T16:00", 120, "2027-01-01T10:00"),
    ("round the clock", always, "2026-03-26T22:00", 180, "2026-03-27T01:00"),
    ("the skipped hour does not count", always, "2026-03-29T01:30", 60, "2026-03-29T03:30"),
    ("a day with 23 hours", always, "2026-03-29T00:00", 23 * 60, "2026-03-30T00:00"),
    ("a day with 25 hours", always, "2026-10-25T00:00", 25 * 60, "2026-10-26T00:00"),
    ("night shift over the gap", nights, "2026-03-28T23:00", 361, "2026-03-29T22:01"),
    ("night shift", nights, "2026-03-25T23:00", 8 * 60, "2026-03-26T23:00"),
    ("office hours stay local in spring", straight, "2026-03-27T16:00", 120, "2026-03-30T10:00"),
    ("office hours stay local in autumn", straight, "2026-10-23T16:00", 120, "2026-10-26T10:00"),
    ("another continent's gap", new_york, "2026-03-06T16:00", 120, "2026-03-09T10:00"),
    ("half an hour off", kolkata, "2026-03-27T16:30", 60, "2026-03-30T09:30"),
    ("three quarters off", kathmandu, "2026-03-27T16:45", 30, "2026-03-30T09:15"),
    ("open on Saturdays only", saturday, "2026-03-26T12:00", 300, "2026-04-04T11:00"),
    ("a gap of half an hour", lord_howe, "2026-10-04T01:30", 60, "2026-10-04T03:00"),
    ("a day that was skipped", apia, "2011-12-29T12:00", 24 * 60, "2011-12-31T12:00"),
    ("from closing time", office, "2026-03-26T17:30", 1, "2026-03-27T09:01"),
    ("from the end of lunch", office, "2026-03-26T13:30", 240, "2026-03-26T17:30"),
    ("over two lunches", office, "2026-03-26T12:00", 481, "2026-03-27T13:31"),
    ("Friday's last minute", office, "2026-03-27T17:29", 2, "2026-03-30T09:01"),
    ("a month of Saturdays", saturday, "2026-03-28T10:00", 4 * 240, "2026-04-18T14:00"),
    ("holiday before a week-end", easter, "2026-04-02T17:29", 2, "2026-04-07T09:01"),
    ("autumn's repeated hour counts twice", always, "2026-10-25T01:30", 120, "2026-10-25T02:30"),
    ("night shift over the repeated hour", nights, "2026-10-24T23:00", 481, "2026-10-25T22:01"),
    ("another continent's autumn", new_york, "2026-10-30T16:00", 120, "2026-11-02T10:00"),
    ("half an hour back", lord_howe, "2026-04-05T01:00", 120, "2026-04-05T02:30"),
    ("new year's eve on a Friday", straight, "2027-12-31T16:59", 2, "2028-01-03T09:01"),
    (
        "the last second of the day",
        office,
        "2026-03-26T17:29:59",
        Decimal("0.5"),
        "2026-03-27T09:00:29",
    ),
    ("a year", straight, "2026-01-05T09:00", 52 * 5 * 480, "2027-01-01T17:00"),
]


@pytest.mark.parametrize(
    ("calendar", "start", "minutes", "due"), [c[1:] for c in ADDING], ids=[c[0] for c in ADDING]
)
def test_deadlines(calendar, start, minutes, due):
    begun = local(calendar, start)

    found = calendar.add_business(begun, minutes)

    assert found.tzinfo is UTC
    assert found.astimezone(calendar.zone).replace(tzinfo=None, fold=0) == datetime.fromisoformat(
        due
    )
    assert calendar.business_time_between(begun, found) == timedelta(minutes=float(minutes))


BETWEEN = [
    ("the same instant", office, "2026-03-26T10:00", "2026-03-26T10:00", 0),
    ("lunch", office, "2026-03-26T12:30", "2026-03-26T13:30", 0),
    ("over lunch", office, "2026-03-26T12:00", "2026-03-26T14:00", 60),
    ("over night", office, "2026-03-26T17:00", "2026-03-27T09:30", 60),
    ("week-end", office, "2026-03-28T00:00", "2026-03-30T00:00", 0),
    ("Easter", easter, "2026-04-02T17:30", "2026-04-07T09:00", 0),
    ("a working week", office, "2026-03-23T00:00", "2026-03-28T00:00", 5 * 450),
    ("backwards", office, "2026-03-26T11:00", "2026-03-26T10:00", -60),
    ("a spring day", always, "2026-03-29T00:00", "2026-03-30T00:00", 23 * 60),
    ("an autumn day", always, "2026-10-25T00:00", "2026-10-26T00:00", 25 * 60),
    ("a repeated hour over midnight", st_johns, "2009-10-31T12:00", "2009-11-01T12:00", 60 + 59),
    ("a closed year", WorkCalendar({}, BERLIN), "2026-01-01T00:00", "2027-01-01T00:00", 0),
]


@pytest.mark.parametrize(
    ("calendar", "a", "b", "minutes"), [c[1:] for c in BETWEEN], ids=[c[0] for c in BETWEEN]
)
def test_time_between(calendar, a, b, minutes):
    assert calendar.business_minutes_between(local(calendar, a), local(calendar, b)) == minutes


@pytest.mark.parametrize(
    ("calendar", "at", "is_open", "next_open"),
    [
        (office, "2026-03-26T09:00", True, "2026-03-26T09:00"),
        (office, "2026-03-26T08:59", False, "2026-03-26T09:00"),
        (office, "2026-03-26T12:30", False, "2026-03-26T13:30"),
        (office, "2026-03-26T17:30", False, "2026-03-27T09:00"),
        (office, "2026-03-28T12:00", False, "2026-03-30T09:00"),
        (easter, "2026-04-03T10:00", False, "2026-04-07T09:00"),
        (nights, "2026-03-26T00:00", True, "2026-03-26T00:00"),
    ],
)
def test_opening(calendar, at, is_open, next_open):
    assert calendar.is_open(local(calendar, at)) is is_open
    assert calendar.next_open(local(calendar, at)) == local(calendar, next_open)


def test_both_passes_of_a_repeated_hour_are_told_apart():
    first, second = local(always, "2026-10-25T02:30"), local(always, "2026-10-25T02:30", fold=1)

    assert always.business_minutes_between(first, second) == 60
    assert always.business_minutes_between(second, first) == -60
    assert always.add_business(first, 60) == second.astimezone(UTC)


def test_a_calendar_that_never_opens_says_so():
    with pytest.raises(NeverOpen):
        WorkCalendar({}, BERLIN).add_business(local(office, "2026-03-26T09:00"), 1)
    with pytest.raises(NeverOpen):
        WorkCalendar({}, BERLIN).next_open(local(office, "2026-03-26T09:00"))


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        ("09:00-17:00", ((540, 1020),)),
        ("13:30-17:30, 9:00-12:30", ((540, 750), (810, 1050))),
        ("22:00 – 24:00", ((1320, 1440),)),
        ("9.00 to 12.00,", ((540, 720),)),
    ],
)
def test_hours_are_written_as_people_write_them(text, spans):
    assert parse_spans(text) == spans
    assert parse_spans(spans_text(spans)) == spans


@pytest.mark.parametrize(
    "text",
    ["9-17", "09:00", "17:00-09:00", "09:00-25:00", "09:60-10:00", "09:00-12:00, 11:00-13:00", "x"],
)
def test_hours_that_make_no_sense_are_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_spans(text)


# --- the slow reference --------------------------------------------------------------------------
ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Gaza",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
]
#: Instants around which clocks change, so that the cases meet them often.
EDGES = [
    datetime(2009, 11, 1, 2, 31, tzinfo=UTC),
    datetime(2011, 12, 30, 10, 0, tzinfo=UTC),
    datetime(2016, 2, 29, 0, 0, tzinfo=UTC),
    datetime(2018, 2, 18, 2, 0, tzinfo=UTC),
    datetime(2018, 11, 4, 3, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
    datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 0, tzinfo=UTC),
]

minutes = st.integers(0, 1440)
day_hours = st.one_of(
    st.just(()),
    st.just(((540, 750), (810, 1050))),
    st.just(((0, 1440),)),
    st.lists(minutes, min_size=2, max_size=6, unique=True).map(
        lambda marks: tuple(zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False))
    ),
)
starts = st.one_of(
    st.builds(
        lambda edge, off: edge + timedelta(minutes=off),
        st.sampled_from(EDGES),
        st.integers(-3000, 1500),
    ),
    st.integers(0, 60 * 366 * 1440).map(
        lambda m: datetime(1975, 1, 1, tzinfo=UTC) + timedelta(minutes=m)
    ),
)


@st.composite
def cases(draw):
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    hours = {day: draw(day_hours) for day in range(7)}
    start = draw(starts)
    offsets = draw(st.sets(st.integers(-1, 4), max_size=2))
    closed = frozenset((start + timedelta(days=n)).date() for n in offsets)
    return WorkCalendar(hours, zone, closed), start, draw(st.integers(0, 4 * 1440))


def stepwise_open(calendar, at):
    wall = at.astimezone(calendar.zone)
    minute = wall.hour * 60 + wall.minute
    spans = calendar.hours[wall.weekday()]
    return wall.date() not in calendar.holidays and any(a <= minute < b for a, b in spans)


@settings(max_examples=1_200, deadline=None)
@given(cases())
@example(
    (
        WorkCalendar(ALWAYS, ZoneInfo("America/St_Johns")),
        datetime(2009, 11, 1, 1, 0, tzinfo=UTC),
        300,
    )
)
def test_intervals_agree_with_counting_every_minute(case):
    calendar, start, span = case
    marks = [stepwise_open(calendar, start + timedelta(minutes=n)) for n in range(span)]
    total = sum(marks)

    assert calendar.business_minutes_between(start, start + timedelta(minutes=span)) == total
    if total:
        last = max(n for n, is_open in enumerate(marks) if is_open)
        assert calendar.add_business(start, total) == start + timedelta(minutes=last + 1)
        assert calendar.next_open(start) == start + timedelta(minutes=marks.index(True))
        assert calendar.is_open(start) is marks[0]
