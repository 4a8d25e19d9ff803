"""A second factor: an app's code, or a recovery code that works once."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-password"


def code_for(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.fixture
def person():
    return make_user(email="ada@accord.example", password=PASSWORD)


def sign_in(client):
    return client.post(
        "/login/", {"login": "ada@accord.example", "password": PASSWORD, "next": "/teams/"}
    )


@pytest.fixture
def secured(person):
    """A person who has switched the second factor on, through the page."""
    client = Client()
    sign_in(client)
    page = client.get("/second-factor/app/activate/")
    secret = page.context["form"].secret
    answer = client.post("/second-factor/app/activate/", {"code": code_for(secret)})
    assert answer.status_code == 302, answer.context["form"].errors
    person.secret = secret
    person.recovery = client.get("/second-factor/recovery-codes/").context["unused_codes"]
    client.post("/logout/")
    return person


def clear_used_codes():
    from django.core.cache import cache

    cache.clear()


def test_the_password_alone_opens_nothing(client, secured):
    answer = sign_in(client)

    assert answer["Location"].startswith("/second-factor/code/")
    assert client.get("/me/").status_code == 302
    assert client.get("/api/v1/").status_code == 401


def test_the_code_of_the_app_lets_in(client, secured):
    clear_used_codes()
    place = sign_in(client)["Location"]

    answer = client.post(place, {"code": code_for(secured.secret)})

    assert (answer.status_code, answer["Location"]) == (302, "/teams/")
    assert client.get("/me/").status_code == 200


def test_a_code_is_used_once(secured):
    clear_used_codes()
    code = code_for(secured.secret)
    first, second = Client(), Client()

    assert first.post(sign_in(first)["Location"], {"code": code}).status_code == 302
    assert second.post(sign_in(second)["Location"], {"code": code}).status_code == 200


def test_a_recovery_code_lets_in_once(secured):
    code = secured.recovery[0]
    first, second = Client(), Client()

    assert first.post(sign_in(first)["Location"], {"code": code}).status_code == 302
    assert second.post(sign_in(second)["Location"], {"code": code}).status_code == 200


def test_codes_are_guessed_slowly(client, secured, settings):
    settings.LOGIN_LIMIT = (3, 100)
    place = sign_in(client)["Location"]
    statuses = [client.post(place, {"code": f"{n:06}"}).status_code for n in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_secrets_are_not_readable_in_the_database(secured):
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secured.secret not in stored
    assert len(Authenticator.objects.all()) == 2


def test_switching_it_off_needs_a_fresh_proof(client, secured, time_machine):
    clear_used_codes()
    time_machine.move_to("2026-05-04 08:00:00+00:00")
    client.post(sign_in(client)["Location"], {"code": code_for(secured.secret)})
    time_machine.move_to("2026-05-04 08:10:00+00:00")

    answer = client.post("/second-factor/app/deactivate/")

    assert answer["Location"].startswith("/login/again/")
    assert Authenticator.objects.filter(user=secured, type="totp").exists()
    client.post(answer["Location"], {"password": PASSWORD})
    client.post("/second-factor/app/deactivate/")
    assert not Authenticator.objects.filter(user=secured, type="totp").exists()


@pytest.mark.parametrize(
    "page", ["/second-factor/", "/second-factor/recovery-codes/", "/second-factor/app/activate/"]
)
def test_its_pages_need_an_account(client, page):
    assert client.get(page)["Location"].startswith("/login/")
