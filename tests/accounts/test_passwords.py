"""A password is changed with the old one and reset by a link that works once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.jobs.models import Job
from portal.jobs.services import sweep_jobs
from portal.jobs.tasks import run
from tests.conftest import signed_in
from tests.factories import make_user

# The mail is a worker's, who is woken when the request's transaction commits.
pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD, NEW = "a-long-enough-password", "Another-long-password-9"


@pytest.fixture
def person():
    return make_user(email="ada@accord.example", password=PASSWORD)


def link_in_mail():
    return re.search(r"https?://[^/]+(/password/reset/key/\S+/)", mail.outbox[-1].body).group(1)


def use(client, link, password=NEW):
    form_at = client.get(link, follow=True).redirect_chain
    target = form_at[-1][0] if form_at else link
    return client.post(target, {"password1": password, "password2": password})


def ask(client, email="ada@accord.example"):
    return client.post("/password/reset/", {"email": email})


def test_the_link_in_the_mail_sets_a_new_password_once(client, person, settings):
    settings.BASE_URL = "https://accord.company.example"
    ask(client)
    assert "https://accord.company.example/password/reset/key/" in mail.outbox[0].body
    link = link_in_mail()

    assert use(client, link)["Location"] == "/password/reset/done/"

    person.refresh_from_db()
    assert person.check_password(NEW)
    assert client.get("/me/").status_code == 302
    use(Client(), link, "Third-long-password-77")
    person.refresh_from_db()
    assert person.check_password(NEW)


def test_the_link_lives_an_hour(client, person, time_machine):
    time_machine.move_to("2026-05-04 08:00:00+00:00")
    ask(client)
    link = link_in_mail()
    time_machine.move_to("2026-05-04 09:00:02+00:00")

    use(client, link)

    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_newer_sign_in_kills_the_link(client, person):
    ask(client)
    link = link_in_mail()
    Client().post("/login/", {"login": person.email, "password": PASSWORD})

    use(client, link)

    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_known_and_unknown_people_get_the_same_answer(client, person):
    known, unknown = ask(client), ask(client, "nobody@accord.example")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert client.get(known["Location"]).status_code == 200
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("broken", ["the mail server", "the broker"])
def test_what_is_away_tells_nobody_who_is_known_and_loses_no_mail(
    client, person, monkeypatch, time_machine, broken
):
    def away(*args, **kwargs):
        raise OSError("Connection refused")

    with monkeypatch.context() as broken_for_now:
        part = mail.EmailMessage if broken == "the mail server" else run
        broken_for_now.setattr(part, "send" if part is not run else "apply_async", away)
        known, unknown = ask(client), ask(client, "nobody@accord.example")
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        assert mail.outbox == []

    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    sweep_jobs()

    assert [message.to for message in mail.outbox] == [[person.email]]
    assert person.pk == Job.objects.get().args["user"]
    assert "http" not in str(Job.objects.values())


def test_a_deactivated_person_gets_no_mail(client, person):
    person.is_active = False
    person.save()

    ask(client)

    assert mail.outbox == []


def test_a_new_person_without_a_password_gets_a_link(client):
    make_user(email="new@accord.example")

    ask(client, "new@accord.example")

    assert len(mail.outbox) == 1


def test_a_reset_ends_all_sessions(client, person):
    browser = Client()
    browser.post("/login/", {"login": person.email, "password": PASSWORD})
    ask(client)

    use(client, link_in_mail())

    assert browser.get("/me/").status_code == 302


def test_mails_are_not_sent_without_end(client, person):
    statuses = [ask(client).status_code for _ in range(6)]

    assert statuses == [302] * 5 + [429]
    assert [ask(client, "nobody@accord.example").status_code for _ in range(6)] == statuses


def test_the_old_password_is_needed_and_guessed_slowly(person, settings):
    settings.LOGIN_LIMIT = (2, 20)
    browser = signed_in(person)

    def change(old):
        data = {"oldpassword": old, "password1": NEW, "password2": NEW}
        return browser.post("/password/change/", data).status_code

    assert [change("wrong"), change("wrong"), change(PASSWORD)] == [200, 200, 429]


@pytest.mark.parametrize(
    "weak", ["short1!", "password1234", "12345678901234", "ada@accord.example"]
)
def test_weak_passwords_are_refused_with_a_reason(client, person, weak):
    ask(client)

    answer = use(client, link_in_mail(), weak)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
