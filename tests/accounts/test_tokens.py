"""Keys to the API: shown once, hashed, scoped, expiring, revocable."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portal.accounts.models import ApiToken
from portal.accounts.services import create_token
from portal.activity.models import Activity
from tests.conftest import signed_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def bearer(secret):
    return Client(headers={"Authorization": f"Bearer {secret}"})


def make_token(user, *scopes, days=30):
    return create_token(user=user, by=user, name="Test", scopes=scopes or ("read",), days=days)


@pytest.fixture
def secret(marketer):
    return make_token(marketer, "read", "write")[1]


def test_a_token_is_shown_once_and_opens_the_api(as_marketer):
    page = as_marketer.post("/me/tokens/", {"name": "Import", "scopes": ["read"], "days": "7"})
    secret = re.search(r'id="new-token">([^<]+)<', page.content.decode()).group(1)

    assert secret.startswith("accord_")
    assert bearer(secret).get("/api/v1/users/").status_code == 200
    again = as_marketer.get("/me/tokens/").content.decode()
    assert secret not in again
    assert "Import" in again
    assert ApiToken.objects.get().expiry < timezone.now() + timedelta(days=8)
    assert secret not in str(list(ApiToken.objects.values()))
    assert Activity.objects.filter(verb="made a token").exists()


def test_a_form_that_is_sent_twice_makes_one(as_marketer, as_rep):
    page = as_marketer.get("/me/tokens/").content.decode()
    mark = re.search(r'name="form_token" value="([^"]+)"', page).group(1)
    form = {"name": "Import", "scopes": ["read"], "days": "7", "form_token": mark}

    first = as_marketer.post("/me/tokens/", form).content.decode()
    second = as_marketer.post("/me/tokens/", form, follow=True).content.decode()

    assert "new-token" in first
    assert "new-token" not in second
    assert "was made when this form was sent the first time" in second
    assert [token.name for token in ApiToken.objects.all()] == ["Import"]
    assert Activity.objects.filter(verb="made a token").count() == 1
    assert "new-token" in as_rep.post("/me/tokens/", form).content.decode()


def test_only_its_fingerprint_is_listed(secret, marketer):
    listed = bearer(secret).get("/api/v1/tokens/").json()["results"]

    assert [row["name"] for row in listed] == ["Test"]
    assert set(listed[0]) == {
        "id",
        "name",
        "prefix",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
    }
    assert secret not in str(listed)


def test_a_token_that_may_read_may_not_write(marketer):
    client = bearer(make_token(marketer, "read")[1])

    refused = client.post("/api/v1/personas/", {"title": "x"}, content_type="application/json")

    assert refused.status_code == 403
    assert refused.json()["detail"] == "This token may only read."


def test_a_token_that_may_write_only_may_not_read(marketer):
    client = bearer(make_token(marketer, "write")[1])

    assert client.get("/api/v1/personas/").status_code == 403
    assert (
        client.post(
            "/api/v1/personas/", {"title": "x"}, content_type="application/json"
        ).status_code
        == 201
    )


def test_a_token_never_reaches_further_than_its_person(rep):
    client = bearer(make_token(rep, "read", "write")[1])

    assert (
        client.post(
            "/api/v1/personas/", {"title": "x"}, content_type="application/json"
        ).status_code
        == 403
    )
    assert client.get("/api/v1/audit/").status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer accord_wrong",
        "Bearer " + "x" * 5000,
        "Bearer ü",
        "Token abc",
    ],
)
def test_a_wrong_token_is_a_401(db, header):
    answer = Client(headers={"Authorization": header}).get("/api/v1/users/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_expired_revoked_and_orphaned_tokens_open_nothing(marketer, secret):
    client = bearer(secret)
    assert client.get("/api/v1/users/").status_code == 200

    ApiToken.objects.update(expiry=timezone.now())
    assert client.get("/api/v1/users/").status_code == 401

    ApiToken.objects.update(expiry=None)
    marketer.is_active = False
    marketer.save()
    assert client.get("/api/v1/users/").status_code == 401


def test_one_revokes_ones_own_tokens_only(as_marketer, rep):
    mine, theirs = make_token(as_marketer.user)[0], make_token(rep)[0]

    assert as_marketer.post(f"/me/tokens/{theirs.pk}/revoke/").status_code == 404
    assert as_marketer.post(f"/me/tokens/{mine.pk}/revoke/").status_code == 302
    assert list(ApiToken.objects.all()) == [theirs]


def test_a_token_in_the_address_opens_nothing(client, secret):
    assert client.get(f"/api/v1/users/?token={secret}").status_code == 401
    assert client.get(f"/api/v1/users/?access_token={secret}").status_code == 401


def test_a_token_opens_no_page(secret):
    assert bearer(secret).get("/me/").status_code == 302


def test_its_use_is_noted_but_not_at_every_call(secret, django_assert_num_queries):
    client = bearer(secret)
    client.get("/api/v1/")
    noted = ApiToken.objects.get().last_used_at
    assert noted is not None

    with django_assert_num_queries(1):
        client.get("/api/v1/")
    assert ApiToken.objects.get().last_used_at == noted


def test_making_one_later_needs_a_fresh_proof(time_machine):
    time_machine.move_to("2026-05-04 08:00:00+00:00")
    person = make_user(password="a-long-enough-password")
    client = signed_in(person)
    time_machine.move_to("2026-05-04 08:10:00+00:00")

    answer = client.post("/me/tokens/", {"name": "x", "scopes": ["read"], "days": "7"})

    assert answer["Location"].startswith("/login/again/")
    done = client.post(answer["Location"], {"password": "a-long-enough-password"})
    assert "new-token" in done.content.decode()
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "data", [{"days": "0"}, {"days": "366"}, {"scopes": []}, {"scopes": ["admin"]}, {"name": ""}]
)
def test_a_token_that_makes_no_sense_is_refused(as_rep, data):
    answer = as_rep.post("/me/tokens/", {"name": "x", "scopes": ["read"], "days": "7"} | data)

    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_the_command_prints_a_token_once(marketer):
    out = StringIO()

    call_command(
        "token",
        marketer.email.upper(),
        "--scope",
        "read",
        "--scope",
        "write",
        "--days",
        "3",
        stdout=out,
    )

    secret = out.getvalue().strip()
    assert bearer(secret).get("/api/v1/").status_code == 200
    assert ApiToken.objects.get().scopes == ["read", "write"]


def test_without_a_scope_the_command_makes_one_that_reads(marketer):
    call_command("token", marketer.email, stdout=StringIO())

    assert ApiToken.objects.get().scopes == ["read"]


@pytest.mark.parametrize(
    "options",
    [["nobody@accord.example"], ["MARKETER", "--days", "0"], ["MARKETER", "--days", "400"]],
)
def test_the_command_says_what_is_wrong(marketer, options):
    options = [marketer.email if o == "MARKETER" else o for o in options]

    with pytest.raises(CommandError) as refused:
        call_command("token", *options, stdout=StringIO())

    assert refused.value.returncode == 1
    assert not ApiToken.objects.exists()


def test_administrators_see_and_revoke_but_never_read_tokens(
    as_administrator, as_sales_manager, rep
):
    token, secret = make_token(rep)
    page = as_administrator.get(f"/admin/accounts/apitoken/{token.pk}/change/").content.decode()

    assert "Test" in page
    assert secret not in page
    assert token.digest not in page
    assert as_administrator.get("/admin/accounts/apitoken/add/").status_code == 403
    assert as_sales_manager.get("/admin/accounts/apitoken/").status_code == 403
    as_administrator.post(f"/admin/accounts/apitoken/{token.pk}/delete/", {"post": "yes"})
    assert not ApiToken.objects.exists()
