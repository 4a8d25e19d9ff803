"""Sessions end: by idleness, by age, by choice, with a new password, with deactivation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from portal.activity.models import Activity
from tests.conftest import signed_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-password"


@pytest.fixture
def person():
    return make_user(email="ada@accord.example", password=PASSWORD)


def browser(user="ada@accord.example"):
    client = Client(headers={"User-Agent": "Test browser"})
    client.post("/login/", {"login": user, "password": PASSWORD})
    return client


def is_in(client):
    return client.get("/me/").status_code == 200


def test_a_session_ends_after_eight_idle_hours(person, time_machine):
    time_machine.move_to("2026-05-04 08:00:00+00:00")
    client = browser()
    time_machine.shift(timedelta(hours=7, minutes=59))
    assert is_in(client)
    time_machine.shift(timedelta(hours=8, minutes=1))

    assert not is_in(client)


def test_a_session_in_use_ends_after_twelve_hours(person, time_machine):
    time_machine.move_to("2026-05-04 08:00:00+00:00")
    client = browser()
    for _ in range(6):
        time_machine.shift(timedelta(hours=1, minutes=59))
        assert is_in(client)
    time_machine.shift(timedelta(minutes=7))

    assert not is_in(client)


def test_both_times_are_settings(person, time_machine, settings):
    settings.SESSION_IDLE = 60
    time_machine.move_to("2026-05-04 08:00:00+00:00")
    client = browser()
    time_machine.shift(61)

    assert not is_in(client)


def test_the_list_shows_every_browser_and_ends_one(person):
    here, there = browser(), browser()
    page = here.get("/sessions/").content.decode()
    assert page.count(">Test browser<") == 2

    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    assert here.post(f"/sessions/{other.pk}/end/").status_code == 302

    assert is_in(here)
    assert not is_in(there)
    assert Activity.objects.filter(verb="ended a session").exists()


def test_all_others_end_at_once(person):
    here, there, elsewhere = browser(), browser(), browser()

    here.post("/sessions/end-others/")

    assert (is_in(here), is_in(there), is_in(elsewhere)) == (True, False, False)


def test_somebody_elses_session_is_a_404(person, as_rep):
    there = browser()
    session = UserSession.objects.get(user=person)

    assert as_rep.post(f"/sessions/{session.pk}/end/").status_code == 404
    assert is_in(there)


def test_a_new_password_ends_every_other_session(person):
    here, there = browser(), browser()
    new = "another-long-password"

    answer = here.post(
        "/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert answer.status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)


def test_deactivation_in_the_admin_ends_all_sessions(person, as_administrator):
    there = browser()
    data = {
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "department": person.department,
    }

    assert (
        as_administrator.post(f"/admin/accounts/user/{person.pk}/change/", data).status_code == 302
    )

    person.refresh_from_db()
    assert not person.is_active
    assert not UserSession.objects.filter(user=person).exists()
    assert not is_in(there)


def test_reading_a_page_writes_nothing(person, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(person)
    with CaptureQueriesContext(connection) as queries:
        client.get("/me/")

    assert not [q for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_signed_in_page_stays_in_no_cache(person, client):
    assert signed_in(person).get("/me/")["Cache-Control"] == "private, no-store"
    assert "no-store" in client.get("/login/")["Cache-Control"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Firefox on macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("A program of ours", "A program of ours"),
        ("", "Unknown"),
    ],
)
def test_browsers_are_named_as_people_know_them(person, told, words):
    client = Client(headers={"User-Agent": told})
    client.post("/login/", {"login": person.email, "password": PASSWORD})

    assert f">{words}<" in client.get("/sessions/").content.decode()
