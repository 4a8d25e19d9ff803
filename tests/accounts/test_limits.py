"""Guessing is slow, also from many processes at once, and nobody else is locked out."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from portal.accounts.limits import SIGN_IN_WINDOW, forget_old, take
from portal.accounts.models import LimitSlot
from portal.core.errors import TooManyTries
from tests.factories import make_user

PASSWORD = "a-long-enough-password"


@pytest.fixture
def person(db, settings):
    settings.LOGIN_LIMIT = (3, 6)
    return make_user(email="ada@accord.example", password=PASSWORD)


def guess(client, login="ada@accord.example", password="wrong", **extra):
    return client.post("/login/", {"login": login, "password": password}, **extra)


def test_after_the_limit_even_the_right_password_waits(client, person):
    assert [guess(client).status_code for _ in range(4)] == [200, 200, 200, 429]

    answer = guess(client, password=PASSWORD)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= SIGN_IN_WINDOW.total_seconds() + 1
    assert (
        "too often" in answer.content.decode().lower()
        or "too many" in answer.content.decode().lower()
    )
    assert client.get("/me/").status_code == 302


def test_a_name_is_counted_whatever_its_spelling_and_whether_it_exists(client, person):
    for spelling in ("ADA@accord.example", " ada@accord.example", "ada@ACCORD.example"):
        guess(client, spelling)
    assert guess(client).status_code == 429

    for _ in range(3):
        assert guess(client, "nobody@accord.example").status_code == 200
    assert guess(client, "nobody@accord.example").status_code == 429


def test_an_address_is_counted_over_all_names(client, person):
    statuses = [guess(client, f"name{n}@accord.example").status_code for n in range(7)]

    assert statuses == [200] * 6 + [429]
    assert guess(client, password=PASSWORD, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_good_sign_ins_do_not_use_the_limit_up(person):
    for _ in range(8):
        assert guess(Client(), password=PASSWORD).status_code == 302


def test_a_foreign_header_does_not_change_the_address(client, person):
    statuses = [
        guess(
            client, f"n{n}@accord.example", headers={"X-Forwarded-For": f"10.1.1.{n}"}
        ).status_code
        for n in range(7)
    ]
    assert statuses[-1] == 429


def test_a_trusted_proxy_names_the_address(client, person, settings):
    settings.TRUSTED_PROXIES = 1
    statuses = [
        guess(
            client, f"n{n}@accord.example", headers={"X-Forwarded-For": f"1.1.1.1, 10.1.1.{n}"}
        ).status_code
        for n in range(8)
    ]
    assert statuses == [200] * 8


def test_the_window_slides(person, time_machine):
    time_machine.move_to("2026-05-04 10:00:00+00:00")
    for _ in range(3):
        take("test", "x", limit=3, window=timedelta(minutes=15), message="Wait.")
        time_machine.shift(timedelta(minutes=5, seconds=1))

    take("test", "x", limit=3, window=timedelta(minutes=15), message="Wait.")

    with pytest.raises(TooManyTries) as refused:
        take("test", "x", limit=3, window=timedelta(minutes=15), message="Wait.")
    assert 290 < refused.value.retry_after <= 301


def test_old_slots_are_forgotten(person, time_machine):
    taken = take("test", "x", limit=3, window=timedelta(minutes=15), message="Wait.")
    assert forget_old(taken.at) == 0
    assert forget_old(taken.at + timedelta(days=2)) == 1
    assert not LimitSlot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_parallel_burst_gets_no_more_than_the_limit():
    barrier, passed = threading.Barrier(16), []

    def burst():
        try:
            barrier.wait()
            for _ in range(3):
                take("burst", "x", limit=10, window=timedelta(minutes=15), message="Wait.")
                passed.append(1)
        except TooManyTries:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=burst) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(passed) == 10
