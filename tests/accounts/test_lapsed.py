"""A form that arrives after its session has ended is kept for the same person, and only for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from personas.models import Persona
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-password"


@pytest.fixture
def person():
    return make_user("marketer", email="ada@accord.example", password=PASSWORD)


def sign_in(client, login="ada@accord.example"):
    return client.post("/login/", {"login": login, "password": PASSWORD, "next": "/resume/"})


@pytest.fixture
def lapsed(person, time_machine):
    """A browser whose session has ended while somebody was typing."""
    time_machine.move_to("2026-05-04 08:00:00+00:00")
    client = Client()
    sign_in(client)
    time_machine.shift(timedelta(hours=8, minutes=30))
    return client


FORM = {
    "title": "The careful buyer",
    "csrfmiddlewaretoken": "x",
    "api_token": "s",
    "note": "Ünï\ncode",
}


def test_what_was_typed_comes_back_after_signing_in(lapsed):
    answer = lapsed.post("/personas/new/", FORM)
    assert answer["Location"] == "/login/?next=%2Fresume%2F"
    assert "What you typed is kept" in lapsed.get(answer["Location"]).content.decode()

    assert sign_in(lapsed)["Location"] == "/resume/"
    page = lapsed.get("/resume/").content.decode()

    assert "The careful buyer" in page
    assert 'action="/personas/new/"' in page
    assert "api_token" not in page
    assert not Persona.objects.exists()


def test_it_is_sent_on_with_one_click_and_then_forgotten(lapsed):
    lapsed.post("/personas/new/", FORM)
    sign_in(lapsed)

    assert lapsed.post("/personas/new/", {"title": "The careful buyer"}).status_code == 302

    assert Persona.objects.get().title == "The careful buyer"
    assert lapsed.get("/resume/")["Location"] == "/"


def test_it_can_be_thrown_away(lapsed):
    lapsed.post("/personas/new/", FORM)
    sign_in(lapsed)

    assert lapsed.post("/resume/").status_code == 302
    assert lapsed.get("/resume/").status_code == 302


def test_nobody_else_sees_it(lapsed):
    make_user("marketer", email="eve@accord.example", password=PASSWORD)
    lapsed.post("/personas/new/", FORM)

    sign_in(lapsed, "eve@accord.example")

    assert lapsed.get("/resume/")["Location"] == "/"
    lapsed.post("/logout/")
    sign_in(lapsed)
    assert lapsed.get("/resume/")["Location"] == "/"


def test_a_stranger_fills_no_table(client, db):
    from django.contrib.sessions.models import Session

    answer = client.post("/personas/new/", FORM)

    assert answer["Location"] == "/login/"
    assert not Session.objects.exists()


def test_too_much_is_not_kept_and_the_person_is_told(lapsed):
    answer = lapsed.post("/personas/new/", {"title": "x" * 300_000}, follow=True)

    assert "too long to be kept" in answer.content.decode()
    sign_in(lapsed)
    assert lapsed.get("/resume/").status_code == 302


def test_files_are_named_but_not_kept(lapsed):
    from django.core.files.uploadedfile import SimpleUploadedFile

    lapsed.post("/personas/new/", {"title": "x", "face": SimpleUploadedFile("a.png", b"png")})
    sign_in(lapsed)

    assert "Choose them again afterwards: face" in lapsed.get("/resume/").content.decode()


def test_a_fragment_is_kept_as_well(lapsed):
    answer = lapsed.post("/personas/new/", FORM, headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/login/?next=%2Fresume%2F")
    sign_in(lapsed)
    assert "The careful buyer" in lapsed.get("/resume/").content.decode()


def test_markup_in_what_was_typed_stays_text(lapsed):
    lapsed.post("/personas/new/", {"title": '"><script>alert(1)</script>'})
    sign_in(lapsed)

    assert "<script>alert" not in lapsed.get("/resume/").content.decode()


def test_an_api_call_is_not_kept(lapsed):
    answer = lapsed.post("/api/v1/personas/", {"title": "x"}, content_type="application/json")

    assert answer.status_code in {401, 403}
    sign_in(lapsed)
    assert lapsed.get("/resume/").status_code == 302
