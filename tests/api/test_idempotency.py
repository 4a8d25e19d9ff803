"""``Idempotency-Key``: sent twice, done once, also in parallel and after a crash."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.request import Request

from personas.models import Persona
from portal.accounts.idempotency import digest_of
from portal.accounts.models import KeptAnswer
from portal.core.errors import RuleViolation
from tests.conftest import signed_in
from tests.factories import make_persona, make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/personas/"


def send(client, body=None, *, key="one", url=URL):
    return client.post(
        url,
        json.dumps(body or {"title": "The buyer"}),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def test_the_same_key_and_body_gives_the_first_answer_again(as_marketer):
    first, again = send(as_marketer), send(as_marketer)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotent-Replayed"] == "true"
    assert Persona.objects.count() == 1


def test_the_order_of_keys_and_blanks_in_the_body_does_not_matter(as_marketer):
    send(as_marketer, {"title": "A", "note": "n"})
    as_marketer.post(
        URL,
        '{ "note": "n",  "title": "A" }',
        content_type="application/json",
        headers={"Idempotency-Key": "one"},
    )

    assert Persona.objects.count() == 1


def test_another_body_is_refused(as_marketer):
    send(as_marketer)

    answer = send(as_marketer, {"title": "Another"})

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert Persona.objects.count() == 1


def test_a_key_belongs_to_a_person_and_an_address(as_marketer):
    other = signed_in(make_user("marketer"))
    send(as_marketer)
    send(other)
    send(as_marketer, url="/api/v1/talking-points/")

    assert KeptAnswer.objects.count() == 3
    assert Persona.objects.count() == 2


def test_a_refusal_is_an_answer_too_and_leaves_nothing_behind(as_marketer, monkeypatch):
    def half_done(**kwargs):
        make_user(name="Half done")
        raise RuleViolation("Not today.")

    monkeypatch.setattr("portal.documents.services.create_document", half_done)
    first = send(as_marketer)
    monkeypatch.undo()
    again = send(as_marketer)

    assert (first.status_code, again.status_code) == (409, 409)
    assert first.json()["detail"] == "Not today."
    assert not type(as_marketer.user).objects.filter(name="Half done").exists()


def test_whoever_may_not_gets_no_kept_answer(as_rep):
    assert send(as_rep).status_code == 403
    assert not KeptAnswer.objects.exists()


def test_a_crash_leaves_the_key_free(marketer, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(marketer)
    monkeypatch.setattr("portal.documents.services.create_document", lambda **k: 1 / 0)
    assert send(client).status_code == 500
    monkeypatch.undo()

    assert send(client).status_code == 201
    assert Persona.objects.count() == 1


def test_a_killed_process_frees_the_key_when_its_lease_is_over(as_marketer):
    send(as_marketer)
    Persona.objects.all().delete()
    KeptAnswer.objects.update(status=None, lease_until=timezone.now() + timedelta(minutes=5))
    running = send(as_marketer)
    KeptAnswer.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert running.status_code == 409
    assert send(as_marketer).status_code == 201


def test_after_a_day_the_key_is_new(as_marketer):
    send(as_marketer)
    KeptAnswer.objects.update(made_at=timezone.now() - timedelta(hours=24, seconds=1))

    assert send(as_marketer, {"title": "Tomorrow"}).status_code == 201


@pytest.mark.parametrize("key", ["x" * 256, "a\x7fb"])
def test_a_key_that_is_none_is_named(as_marketer, key):
    answer = send(as_marketer, key=key)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_an_act_on_a_row_has_it_as_well(as_marketer, marketing_manager, sales_manager):
    persona = make_persona(by=as_marketer.user)
    url = f"{URL}{persona.pk}/propose/"

    first, again = (
        send(as_marketer, {"note": "x"}, url=url),
        send(as_marketer, {"note": "x"}, url=url),
    )

    assert (first.status_code, again.status_code) == (200, 200)
    # No draft is left to propose.
    assert send(as_marketer, {"note": "x"}, url=url, key="two").status_code == 409


def test_uploads_are_compared_by_what_is_in_them(rf):
    def digest(content, name="a.csv", kind="leads"):
        request = rf.post("/", {"file": SimpleUploadedFile(name, content), "kind": kind})
        from rest_framework.parsers import MultiPartParser

        return digest_of(Request(request, parsers=[MultiPartParser()]).data)

    assert digest(b"a,b") == digest(b"a,b")
    assert (
        len(
            {
                digest(b"a,b"),
                digest(b"a,c"),
                digest(b"a,b", "b.csv"),
                digest(b"a,b", kind="companies"),
            }
        )
        == 4
    )


@pytest.mark.django_db(transaction=True)
def test_in_a_parallel_burst_one_does_the_work():
    client_of = [signed_in(user) for user in [make_user("marketer")] * 8]
    barrier, statuses = threading.Barrier(8), []

    def run(client):
        barrier.wait()
        statuses.append(send(client).status_code)
        connection.close()

    threads = [threading.Thread(target=run, args=(client,)) for client in client_of]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert Persona.objects.count() == 1
