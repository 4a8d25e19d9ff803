"""The door: who comes in, where they land, and what strangers learn."""

from __future__ import annotations

import pytest

from portal.accounts.models import User
from tests.conftest import signed_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-password"


@pytest.fixture
def person():
    return make_user(email="ada@accord.example", password=PASSWORD)


def sign_in(client, login="ada@accord.example", password=PASSWORD, **extra):
    return client.post("/login/", {"login": login, "password": password, **extra})


@pytest.mark.parametrize("spelling", ["ada@accord.example", "  Ada@Accord.Example "])
def test_people_sign_in_by_email_however_they_spell_it(client, person, spelling):
    answer = sign_in(client, spelling)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/me/").status_code == 200


def test_wrong_and_unknown_get_the_same_answer(client, person):
    wrong = sign_in(client, password="wrong")
    unknown = sign_in(client, "nobody@accord.example")
    person.is_active = False
    person.save()
    gone = sign_in(client)

    texts = {a.context["form"].errors.as_text() for a in (wrong, unknown, gone)}
    assert len(texts) == 1
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "lands"),
    [
        ("/personas/?status=draft", "/personas/?status=draft"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_next_is_honoured_only_within_the_portal(client, person, wanted, lands):
    assert sign_in(client, next=wanted)["Location"] == lands


def test_a_page_sends_strangers_to_sign_in_and_back(client, person):
    to_login = client.get("/personas/?q=x")["Location"]
    assert to_login == "/login/?next=/personas/%3Fq%3Dx"

    assert sign_in(client, next="/personas/?q=x")["Location"] == "/personas/?q=x"


def test_a_fragment_sends_strangers_to_the_whole_page(client):
    answer = client.get(
        "/people/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?q=a"},
    )

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/login/?next=%2Fpeople%2F%3Fq%3Da"


def test_the_session_gets_a_new_name_at_sign_in(client, person):
    client.get("/login/")
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key

    sign_in(client)

    assert client.session.session_key != session.session_key


def test_signing_out_needs_a_post_and_ends_the_session(client, person):
    sign_in(client)
    assert client.get("/logout/").status_code == 200
    assert client.get("/me/").status_code == 200

    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/me/").status_code == 302


def test_nobody_signs_up(client):
    assert client.get("/signup/").status_code == 404
    assert client.post("/signup/", {"email": "new@accord.example"}).status_code == 404
    assert not User.objects.exists()


def test_the_admin_has_no_door_of_its_own(client, person):
    first = client.get("/admin/")
    assert first.status_code == 302
    assert client.post("/admin/login/", {"username": person.email, "password": PASSWORD})[
        "Location"
    ].startswith("/login/")
    assert client.get("/me/").status_code == 302


def test_the_admin_sends_people_back_after_sign_in(client):
    make_user("administrator", email="root@accord.example", password=PASSWORD)
    place = client.get("/admin/accounts/team/", follow=True).redirect_chain[-1][0]

    assert "next=/admin/accounts/team/" in place


def test_a_deactivated_person_is_signed_out_at_the_next_click(rep):
    browser = signed_in(rep)
    assert browser.get("/me/").status_code == 200

    rep.is_active = False
    rep.save()

    assert browser.get("/me/").status_code == 302


def test_a_role_that_changes_counts_at_the_next_click(marketer):
    browser = signed_in(marketer)
    assert browser.get("/personas/new/").status_code == 200

    User.objects.filter(pk=marketer.pk).update(role="rep", department="sales")

    assert browser.get("/personas/new/").status_code == 403
