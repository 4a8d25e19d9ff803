"""Events are stored before they are answered, once, and only from who may send them [R56]."""

from __future__ import annotations

import base64
import json
import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from leads.models import Lead
from portal.core.logs import allowed_only
from portal.jobs.models import Job
from portal.webhooks import services
from portal.webhooks.models import Delivery, Hook
from portal.webhooks.secrets import signature_of
from portal.webhooks.services import receiving
from tests.factories import lead_event, make_hook, touch_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _applied_later(settings):
    """Here the answer is looked at, not what follows."""
    settings.CELERY_TASK_ALWAYS_EAGER = False


def post(path, body, **headers):
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    return Client().post(path, text, content_type="application/json", headers=headers)


# --- the answer -----------------------------------------------------------------------------------
def test_what_is_answered_with_202_is_stored_and_has_work(db):
    _, path = make_hook()
    answer = post(path, lead_event())

    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "repeated": 0, "differing": []}
    kept = Delivery.objects.get()
    assert (kept.kind, kept.event_id, kept.state) == ("lead", "1", "new")
    assert kept.data == {"email": "ana@acme.example"}
    assert Job.objects.active().filter(kind="webhooks.apply").count() == 1
    assert not Lead.objects.exists()


def test_a_list_is_stored_as_a_whole(db):
    _, path = make_hook()
    answer = post(path, [lead_event("a"), touch_event(7), touch_event("c")])

    assert answer.json()["accepted"] == 3
    assert set(Delivery.objects.values_list("event_id", flat=True)) == {"a", "7", "c"}


def test_the_same_id_again_changes_nothing_and_another_body_is_told(db):
    hook, path = make_hook()
    post(path, [lead_event("a"), lead_event("b")])
    again = post(path, [lead_event("a"), lead_event("b", city="Rome"), lead_event("c")])

    assert again.status_code == 202
    assert again.json() == {"accepted": 1, "repeated": 2, "differing": ["b"]}
    kept = Delivery.objects.get(event_id="b")
    assert kept.data == {"email": "ana@acme.example"}
    assert kept.differed_at is not None
    assert Delivery.objects.get(event_id="a").differed_at is None


def test_an_id_is_unique_within_its_hook_only(db):
    (_, first), (_, second) = make_hook(), make_hook()
    assert post(first, lead_event()).json()["accepted"] == 1
    assert post(second, lead_event()).json()["accepted"] == 1


def test_two_of_one_id_in_one_body(db):
    _, path = make_hook()
    answer = post(path, [lead_event("a"), lead_event("a", city="Rome")])

    assert answer.json() == {"accepted": 1, "repeated": 1, "differing": ["a"]}
    assert "city" not in Delivery.objects.get().data


def test_the_address_holds_no_session_and_needs_no_csrf(db, administrator):
    _, path = make_hook()
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator, backend="portal.accounts.backends.RoleBackend")

    assert client.post(path, lead_event(), content_type="application/json").status_code == 202


# --- who may not ----------------------------------------------------------------------------------
def test_a_wrong_token_tells_nothing(db):
    hook, path = make_hook()
    answers = [post("/hooks/in/hook_guessed/", lead_event()), post(f"/hooks/in/{'x' * 400}/", "{")]
    services.change_hook(hook=hook, by=hook.acts_for, is_active=False)
    answers.append(post(path, lead_event()))

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["Content-Type"] == "application/problem+json"
    assert not Delivery.objects.exists()


def test_the_token_is_not_stored(db):
    hook, path = make_hook()
    token = path.split("/")[3]

    assert hook.digest != token
    assert token not in json.dumps(list(Hook.objects.values("prefix", "digest", "old_digest")))
    assert token.startswith(hook.prefix)
    assert len(hook.prefix) <= 10


def test_logs_hold_no_token():
    line = allowed_only(None, "info", {"request": "POST /hooks/in/hook_secret/", "code": 202})

    assert line["request"] == "POST /hooks/in/…/"


def test_after_a_new_token_the_old_one_works_for_a_day(db):
    hook, old = make_hook()
    hook, token = services.rotate_hook(hook=hook, by=hook.acts_for)

    assert post(old, lead_event("a")).status_code == 202
    assert post(f"/hooks/in/{token}/", lead_event("b")).status_code == 202
    Hook.objects.update(old_until=timezone.now() - timedelta(seconds=1))
    assert post(old, lead_event("c")).status_code == 401


# --- signatures -----------------------------------------------------------------------------------
def signed(secret, body, *, at=None, key="msg_1"):
    moment = str(int((at or timezone.now()).timestamp()))
    text = signature_of(secret, message_id=key, timestamp=moment, body=body)
    return {"webhook-id": key, "webhook-timestamp": moment, "webhook-signature": f"v1,{text}"}


def test_the_signature_is_that_of_standard_webhooks():
    """The example of the specification's reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = signature_of(
        secret,
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp="1614265330",
        body=b'{"test": 2432232314}',
    )

    assert found == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signed_body_is_taken_and_every_other_refused(db):
    hook, path = make_hook()
    secret = services.make_secret(hook=hook, by=hook.acts_for)
    body = json.dumps(lead_event()).encode()
    good = signed(secret, body)
    other = "whsec_" + base64.b64encode(b"another key of 24 bytes!").decode()
    now = timezone.now()

    assert post(path, body, **good).status_code == 202
    two = good | {"webhook-signature": f"v1,AAAA {good['webhook-signature']}"}
    assert post(path, body, **two).status_code == 202
    for headers, text in [
        ({}, body),
        (signed(other, body), body),
        (good, body.replace(b"ana", b"eva")),
        (good | {"webhook-id": "msg_2"}, body),
        (good | {"webhook-timestamp": "1"}, body),
        (good | {"webhook-timestamp": "now"}, body),
        (good | {"webhook-signature": ""}, body),
        (good | {"webhook-signature": good["webhook-signature"][3:]}, body),
        (signed(secret, body, at=now - timedelta(minutes=6)), body),
        (signed(secret, body, at=now + timedelta(minutes=6)), body),
    ]:
        assert post(path, text, **headers).status_code == 401, headers
    assert Delivery.objects.count() == 1


def test_a_secret_is_kept_encrypted_and_one_of_another_site_is_never_right(db, settings):
    hook, path = make_hook()
    secret = services.make_secret(hook=hook, by=hook.acts_for)
    stored = Hook.objects.get(pk=hook.pk).secret
    body = json.dumps(lead_event()).encode()

    assert secret not in stored
    settings.SECRET_KEY = "another site's key, which is long enough to be one of its own"
    assert post(path, body, **signed(secret, body)).status_code == 401


# --- bodies that cannot be used --------------------------------------------------------------------
@pytest.mark.parametrize(
    "body",
    [
        "{",
        "7",
        "null",
        "[]",
        '{"type": "lead"}',
        '{"type": "lead", "id": 1, "id": 2, "data": {}}',
        '{"type": "lead", "id": "", "data": {}}',
        '{"type": "lead", "id": true, "data": {}}',
        '{"type": "lead", "id": "1", "data": []}',
        '{"type": "company", "id": "1", "data": {}}',
        '{"type": "lead", "id": "1", "data": {"a": NaN}}',
        '{"type": "lead", "id": "1", "data": {"a": "\\u0000"}}',
        "[" * 2000,
        b"\xff\xfe",
        json.dumps([lead_event(str(n)) for n in range(1001)]),
        json.dumps([lead_event("a"), {"type": "lead"}]),
        json.dumps(lead_event("x" * 201)),
    ],
)
def test_a_malformed_body_is_named_and_nothing_is_stored(db, body):
    _, path = make_hook()
    answer = post(path, body)

    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not Delivery.objects.exists()


def test_the_place_of_a_malformed_event_is_named(db):
    _, path = make_hook()
    answer = post(path, [lead_event("a"), {"type": "lead", "id": "b"}])

    assert [error["field"] for error in answer.json()["errors"]] == ["1.data"]


def test_a_body_of_more_than_a_mebibyte_is_refused_unread(db):
    _, path = make_hook()
    answer = post(path, b" " * (1024 * 1024 + 1))
    assert answer.status_code == 413

    told = Client().post(path, b"{}", content_type="application/json", CONTENT_LENGTH="20000000")
    assert told.status_code == 413
    assert Client().generic("POST", path, b"", CONTENT_LENGTH="x").status_code == 411


def test_reading_is_no_method_of_it(db):
    _, path = make_hook()
    assert Client().get(path).status_code == 405


# --- the limit ------------------------------------------------------------------------------------
@pytest.fixture
def still(monkeypatch):
    """The minute stands still, so that no count begins anew in the middle of a case."""
    minutes = [7]
    monkeypatch.setattr(receiving, "minute_of", lambda at: minutes[-1])
    return minutes


def test_more_than_the_limit_is_refused_until_the_next_minute(db, still):
    _, path = make_hook(per_minute=5)

    assert post(path, [lead_event(str(n)) for n in range(3)]).status_code == 202
    refused = post(path, [lead_event(str(n)) for n in range(3, 6)])
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert post(path, [lead_event("x"), lead_event("y")]).status_code == 202
    assert Delivery.objects.count() == 5
    still.append(8)
    assert post(path, [lead_event(str(n)) for n in range(3, 6)]).status_code == 202
    assert post(path, [lead_event(str(n)) for n in range(10, 16)]).status_code == 429


# --- at the same moment ---------------------------------------------------------------------------
@pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)
def test_one_id_sent_by_many_at_once_is_one_event():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("An in-memory database has one connection.")
    _, path = make_hook()
    start, answers = threading.Barrier(6), []

    def send():
        start.wait()
        try:
            answers.append(post(path, [lead_event("a"), lead_event("b")]).json())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 6
    assert sum(answer["accepted"] for answer in answers) == 2
    assert Delivery.objects.count() == 2


@pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)
def test_a_burst_at_once_passes_the_limit_by_nothing(still):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("An in-memory database has one connection.")
    _, path = make_hook(per_minute=3)
    start, codes = threading.Barrier(8), []

    def send(number):
        start.wait()
        try:
            codes.append(post(path, lead_event(str(number))).status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == [202] * 3 + [429] * 5
    assert Delivery.objects.count() == 3
