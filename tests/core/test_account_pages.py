"""allauth's pages wear the portal's look: our frame, our words, nothing inline."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.conftest import signed_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db

GUEST = [
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_inactive",
]
MEMBER = ["account_change_password", "account_logout", "mfa_index"]
MEMBER = ["account_change_password", "account_logout", "mfa_index", "usersessions_list"]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


@pytest.mark.parametrize("name", GUEST)
def test_guests_see_our_look(client, name):
    answer = client.get(reverse(name))

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="entrance"' in html
    assert html.count("<h1") == 1
    assert not INLINE.search(html)


@pytest.mark.parametrize("name", MEMBER)
def test_members_stay_inside_the_frame(name):
    answer = signed_in(make_user(password="correct horse battery")).get(reverse(name))

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="frame"' in html
    assert html.count("<h1") == 1
    assert not INLINE.search(html)


def test_the_sign_in_form_asks_for_login_and_password(client):
    html = client.get(reverse("account_login")).content.decode()

    assert 'name="login"' in html
    assert 'name="password"' in html
    assert "<label" in html
    assert reverse("account_reset_password") in html


def test_a_wrong_password_is_said_in_words(client):
    answer = client.post(
        reverse("account_login"), {"login": "nobody@accord.example", "password": "wrong-password"}
    )

    assert "alert bad" in answer.content.decode()
