"""What no person did is left out and kept, in whatever order it comes in [R56]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.bursts import BURST, CLICKS, MACHINE, PAGES, Seen, is_machine, judged
from leads.models import Touchpoint
from leads.services import Contact, record_touchpoints
from tests.factories import make_lead

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def seen(kind, *seconds, subject="v", **fields):
    return [
        Seen(key=n, subject=subject, kind=kind, at=NOON + timedelta(seconds=second), **fields)
        for n, second in enumerate(seconds)
    ]


def test_five_links_of_one_mail_in_ten_seconds_are_a_scanner():
    assert judged(seen("mail_click", 0, 2, 4, 6, 10)) == dict.fromkeys(range(5), BURST)
    assert judged(seen("mail_click", 0, 3, 6, 9, 10.5)) == {}
    assert judged(seen("mail_click", 0, 1, 2, 3)) == {}


def test_links_of_different_mails_and_people_are_no_burst():
    clicks = [
        Seen(n, f"v{n % 2}", "mail_click", NOON + timedelta(seconds=n), mail=f"m{n % 3}")
        for n in range(20)
    ]
    assert judged(clicks[:10]) == {}


def test_a_burst_within_many_leaves_out_only_itself():
    found = judged(seen("mail_click", 0, 60, 61, 62, 63, 64, 120))
    assert set(found) == {1, 2, 3, 4, 5}


def test_more_pages_in_a_minute_than_anybody_opens():
    assert judged(seen("page_view", *range(30))) == {}
    assert len(judged(seen("page_view", *range(31)))) == 31
    assert judged(seen("page_view", *(n * 2.01 for n in range(31)))) == {}


@pytest.mark.parametrize(
    ("after", "is_left_out"), [(0, True), (2, True), (2.5, False), (-1, False)]
)
def test_a_link_followed_at_delivery_was_followed_by_a_gateway(after, is_left_out):
    click = Seen(1, "v", "mail_click", NOON + timedelta(seconds=after), delivered_at=NOON)
    assert bool(judged([click])) is is_left_out
    sent = Seen(2, "v", "email", NOON, mail="m")
    opened = Seen(1, "v", "mail_open", NOON + timedelta(seconds=after), mail="m")
    assert bool(judged([sent, opened])) is is_left_out


@pytest.mark.parametrize(
    ("agent", "is_one"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 HeadlessChrome/120", True),
        ("python-requests/2.31", True),
        ("Barracuda Sentinel", True),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Safari/605.1.15", False),
        ("Mozilla/5.0 (Android; CUBOT X19) Chrome/119", False),
        ("", False),
    ],
)
def test_machines_say_who_they_are(agent, is_one):
    assert is_machine("page_view", agent) is is_one
    assert is_machine("call", agent) is False


def test_a_machine_in_a_burst_is_a_machine():
    touches = seen("mail_click", 0, 1, 2, 3) + [
        Seen(9, "v", "mail_click", NOON, user_agent="bot/1")
    ]
    assert judged(touches) == dict.fromkeys(range(4), BURST) | {9: MACHINE}


moments = st.integers(min_value=0, max_value=40)
touch = st.tuples(st.sampled_from(["mail_click", "page_view"]), moments, st.sampled_from("ab"))


@given(st.lists(touch, max_size=60))
def test_every_window_is_judged_as_by_looking_at_all_pairs(items):
    touches = [
        Seen(n, subject, kind, NOON + timedelta(seconds=second))
        for n, (kind, second, subject) in enumerate(items)
    ]

    def alike(one, other):
        return (one.kind, one.subject) == (other.kind, other.subject)

    def crowded(one):
        least, span = (CLICKS, 10) if one.kind == "mail_click" else (PAGES, 60)
        starts = [t.at for t in touches if alike(t, one) and t.at <= one.at]
        return any(
            one.at <= start + timedelta(seconds=span)
            and sum(
                alike(t, one) and start <= t.at <= start + timedelta(seconds=span) for t in touches
            )
            >= least
            for start in starts
        )

    assert set(judged(touches)) == {t.key for t in touches if crowded(t)}


# --- as they arrive -------------------------------------------------------------------------------
def touchpoint(kind, second, visitor, lead, **attributes):
    contact = Contact(
        kind=kind,
        occurred_at=NOON + timedelta(seconds=second),
        visitor=visitor,
        attributes=attributes,
    )
    return contact.touchpoint(lead, by=None, at=NOON)


def marks():
    rows = Touchpoint.objects.order_by("title", "kind", "occurred_at", "visitor")
    return sorted(rows.values_list("title", "left_out"))


arrival = st.tuples(
    st.sampled_from(["mail_click", "page_view", "email"]),
    st.integers(min_value=0, max_value=25),
    st.sampled_from(["", "v"]),
)


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(arrival, min_size=5, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing(db, items, chance):
    lead = make_lead()

    def arrive(order, size):
        Touchpoint.objects.all().delete()
        for start in range(0, len(order), size):
            rows = []
            for n in order[start : start + size]:
                kind, second, visitor = items[n]
                row = touchpoint(kind, second, visitor, lead, mail="m")
                row.title = f"{n:03}"
                rows.append(row)
            record_touchpoints(touches=rows)
        return marks()

    straight = list(range(len(items)))
    shuffled = straight.copy()
    chance.shuffle(shuffled)

    assert arrive(straight, len(items)) == arrive(shuffled, chance.randint(1, 5))


@pytest.mark.django_db
def test_the_last_of_a_burst_takes_the_earlier_ones_with_it():
    lead = make_lead()
    for second in (0, 9, 3, 6):
        record_touchpoints(touches=[touchpoint("mail_click", second, "", lead)])
    assert not Touchpoint.objects.exclude(left_out="").exists()
    record_touchpoints(touches=[touchpoint("mail_click", 1, "", lead)])

    assert Touchpoint.objects.filter(left_out="burst").count() == 5


@pytest.mark.django_db
def test_a_burst_that_is_left_out_is_no_source_any_longer():
    lead = make_lead()
    record_touchpoints(touches=[touchpoint("form", 500, "", lead)])
    for second in range(4):
        record_touchpoints(touches=[touchpoint("mail_click", second, "", lead)])
    lead.refresh_from_db()
    assert lead.source == "Email"
    record_touchpoints(touches=[touchpoint("mail_click", 4, "", lead)])
    lead.refresh_from_db()

    assert (lead.source, lead.tracked_source) == ("Direct", "Direct")
