"""One person, put into every place that a front door leads to; after the erasure no word is left."""

from __future__ import annotations

import json
from email.mime.text import MIMEText

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage

from leads.bulk.models import BulkAct
from leads.models import Lead, Touchpoint
from leads.privacy import files, services
from leads.privacy.erasing import ABOUT_ERASED
from portal.accounts.lapsed import SESSION_KEY
from portal.accounts.models import KeptAnswer
from portal.accounts.roles import Role
from portal.activity.models import Activity
from portal.notifications.models import Notification
from portal.webhooks.models import Delivery
from tests.conftest import signed_in
from tests.factories import (
    csv_of,
    lead_event,
    make_company,
    make_hook,
    make_stages,
    make_user,
    touch_event,
    upload,
)
from tests.leads.privacy.test_erasing import dumped

pytestmark = pytest.mark.django_db
JSON = "application/json"
EMAIL = "xqazebra.person@xqazebra-mail.example"
#: Every field of the contract that can say something about a person, each by a word of its own.
FIELDS = {
    name: f"xqazebra-{name.replace('_', '-')}"
    for name in (
        "first_name last_name title seniority city source_detail heard_about_us landing_page "
        "utm_source utm_medium utm_campaign utm_term utm_content next_step notes".split()
    )
} | {"external_id": "7-4", "email": EMAIL, "phone": "+49 30 5551234567", "country": "Xqaland"}
ATTRIBUTES = {f"xqazebra_{number}": f"xqazebra-value-{number}" for number in range(20)}


@pytest.fixture
def stages(db):
    return make_stages()


@pytest.fixture
def author(stages):
    return signed_in(make_user(Role.MARKETER))


@pytest.fixture
def lead(author):
    company = make_company("Acme")
    answer = author.post(
        "/api/v1/leads/", FIELDS | {"attributes": ATTRIBUTES, "company": {"name": company.name}},
        content_type=JSON, headers={"Idempotency-Key": "made"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    return Lead.objects.get(pk=answer.json()["id"])


@pytest.fixture(autouse=True)
def _no_files_of_other_tests():
    for name in files.stored():
        default_storage.delete(name)


def erased(word="xqazebra"):
    """Erase, and where a word is left."""
    services.erase_now(email=EMAIL, reason="Asked.")
    rows = [line[:200] for line in dumped().splitlines() if word in line.lower()]
    return rows + [n for n in files.stored() if word.encode() in default_storage.open(n).read()]


def call(client, path, key="", **data):
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(path, data, content_type=JSON, headers=headers)
    assert answer.status_code < 300, (path, answer.content)
    return answer.json()


def test_what_people_did_with_the_lead(lead, author, work):
    pk = lead.pk
    with work():
        call(author, f"/api/v1/leads/{pk}/notes/", "n", body="xqazebra-note")
        call(author, "/api/v1/touchpoints/", "t", lead=pk, kind="call", body="xqazebra-call")
        call(author, f"/api/v1/leads/{pk}/lost/", reason="xqazebra-lost")
        call(author, f"/api/v1/leads/{pk}/reopen/", reason="xqazebra-reopened")
        call(author, f"/api/v1/leads/{pk}/assign/", owner=author.user.pk, reason="xqazebra-why")
        call(author, "/api/v1/contacts/", "c", lead=pk, pains="xqazebra-pains")
        query = {"q": EMAIL}
        call(author, "/api/v1/leads/bulk/", act="tag", tag="VIP", filter=query)
    assert BulkAct.objects.get().filters == "q=xqazebra.person%40xqazebra-mail.example"
    assert KeptAnswer.objects.count() == 4

    assert erased() == []


def test_what_people_said_about_the_person(lead, author, work):
    colleague = signed_in(make_user(Role.MANAGER, "sales"))
    with work():
        on = {"subject": {"type": "lead", "id": lead.pk}, "kind": "question"}
        thread = call(
            colleague, "/api/v1/feedback/", "f", title="xqazebra-title", body="xqazebra-body", **on
        )
        call(author, f"/api/v1/feedback/{thread['id']}/reply/", "r", body="xqazebra-reply")
    assert Notification.objects.filter(text__contains="xqazebra-title").exists()

    assert erased() == []
    assert Notification.objects.filter(text=ABOUT_ERASED, url="").exists()


def test_what_files_brought(lead, author, work):
    """Names in pieces and numbers too short to be looked for stand in the files of leads and touches."""
    people = csv_of("Id,Title,Note", "7-4,xqazebra-boss,xqazebra-remark", "8,Clerk,fine")
    touches = csv_of("Lead,Kind,What,At", "7-4,call,xqazebra-heard,2026-03-02")
    refused = csv_of("Email,Where", f"{EMAIL},xqazebra-cell", "wrong,there")
    maps = {
        "leads": {"columns": {"Id": "external_id", "Title": "title", "Note": "notes"}},
        "touchpoints": {
            "columns": {
                "Lead": "lead.external_id",
                "Kind": "kind",
                "What": "title",
                "At": "occurred_at",
            }
        },
        "": {"columns": {"Email": "email", "Where": "attributes.where:number"}},
    }
    for kind, content in (("leads", people), ("touchpoints", touches), ("", refused)):
        with work():
            data = {"file": upload(content, f"{kind}.csv"), "kind": kind or "leads"}
            answer = author.post("/api/v1/imports/", data | {"mapping": json.dumps(maps[kind])})
        run = author.get(f"/api/v1/imports/{answer.json()['id']}/").json()
        assert run["state"] == "done", run
    assert Touchpoint.objects.filter(title="xqazebra-heard").exists()

    assert erased() == []
    assert Lead.objects.get().external_id == "8"


def test_what_hooks_brought(lead, stages, work):
    path = make_hook(system="mailer")[1]
    client = signed_in(make_user(Role.ADMINISTRATOR))
    events = [
        lead_event("1", email=EMAIL, city="xqazebra-city"),
        touch_event("2", **{"lead.email": EMAIL, "title": "xqazebra-page"}),
        lead_event("3", email=EMAIL, phone="xqazebra-wrong"),
    ]
    with work():
        client.post(path, json.dumps(events), content_type=JSON)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"applied", "failed"}

    assert erased() == []


def test_what_a_merge_that_was_undone_remembers(lead, author, work):
    other = call(author, "/api/v1/leads/", email="someone@else.example", full_name="Some One")
    with work():
        merge = call(author, f"/api/v1/leads/{lead.pk}/merge/", into=other["id"])
        call(author, f"/api/v1/merges/{merge['id']}/undo/")
    Lead.objects.filter(pk=other["id"]).update(
        **dict.fromkeys(("title", "seniority", "city", "country"), "")
    )
    assert "xqazebra-value-3" in dumped()

    assert [row for row in erased() if not row.startswith("leads.Lead: ")] == []


def test_forms_that_a_lapsed_session_kept(lead):
    for path in (f"/leads/{lead.pk}/notes/", f"/feedback/new/?on=leads.lead/{lead.pk}"):
        store = SessionStore()
        store[SESSION_KEY] = {
            "path": path,
            "fields": [["body", "xqazebra"]],
            "files": [],
            "user": 1,
        }
        store.save()

    erased()

    assert all(SESSION_KEY not in each.get_decoded() for each in Session.objects.all())


def test_mail_on_disk_is_read_as_people_read_it(lead, tmp_path, settings):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    text = MIMEText(
        f"{'A long line that is broken on its way. ' * 5}Xqazebra-first-name xqazebra-last-name"
    )
    text.replace_header("Content-Transfer-Encoding", "base64")
    text.set_payload(text.get_payload().encode("utf-8"), "utf-8")
    (tmp_path / "named.log").write_bytes(b"Subject: A\n\nB\n" + b"-" * 79 + b"\n" + bytes(text))
    (tmp_path / "other.log").write_bytes(b"Subject: A\n\nB\n" + b"-" * 79 + b"\n")

    erased()

    assert [path.name for path in tmp_path.iterdir()] == ["other.log"]


def test_the_history_says_that_it_happened(lead, author, work):
    call(author, f"/api/v1/leads/{lead.pk}/notes/", body="xqazebra-note")
    before = Activity.objects.filter(subject_id=lead.pk, subject_type="leads.lead").count()

    assert erased() == []

    assert Activity.objects.filter(subject_id=lead.pk, subject_type="leads.lead").count() == before
