"""Requests on the page: who may, the password again, the copy, and the rules of retention."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from leads.intake.models import ImportBatch
from leads.models import Lead, Note, Touchpoint
from leads.privacy import retention, services
from leads.privacy.models import PersonRequest, RetentionRule
from portal.accounts.models import KeptAnswer
from portal.accounts.roles import Department, Role
from portal.accounts.sessions import BEGAN, RECENT
from portal.activity.models import Activity
from portal.activity.services import record
from portal.operations.sweeping import sweep
from tests.conftest import signed_in
from tests.factories import make_import, make_lead, make_stages, make_user
from tests.leads.privacy.test_erasing import dumped

pytestmark = pytest.mark.django_db

EMAIL = "ana.rossi@buyer.example"
ASK = {"kind": "erasure", "email": EMAIL, "reason": "Mail of 3 March.", "form_token": "t1"}


@pytest.fixture
def ana(db):
    make_stages()
    return make_lead(email=EMAIL, full_name="Ana Rossi", attributes={"hobby": "Chess"})


@pytest.fixture
def admin():
    return signed_in(make_user(Role.ADMINISTRATOR))


@pytest.fixture
def manager():
    return signed_in(make_user(Role.MANAGER, Department.MARKETING))


# --- the page ---------------------------------------------------------------------------------
def test_a_manager_passes_on_and_an_administrator_erases(ana, admin, manager, work):
    asked = manager.post("/privacy/", ASK)
    manager.post("/privacy/", ASK)
    request = PersonRequest.objects.get()
    assert asked.url == f"/privacy/{request.pk}/"
    assert request.due_on == timezone.localdate() + timedelta(days=30)
    assert manager.post(f"/privacy/{request.pk}/run/").status_code == 403

    page = admin.get(f"/privacy/{request.pk}/").content.decode()
    assert "What would be erased" in page
    assert Lead.objects.count() == 1
    with work():
        admin.post(f"/privacy/{request.pk}/run/")

    request.refresh_from_db()
    assert (request.state, request.email, Lead.objects.count()) == ("done", "", 0)
    assert "What was erased" in admin.get(f"/privacy/{request.pk}/").content.decode()
    assert admin.post(f"/privacy/{request.pk}/run/").status_code == 409


def test_the_password_is_asked_again_before_anything_is_erased(ana, work):
    person = make_user(Role.ADMINISTRATOR)
    person.set_password("correct horse battery staple")
    person.save()
    admin = signed_in(person)
    request = services.ask(kind="erasure", email=EMAIL, reason="x", by=None)
    session = admin.session
    session[BEGAN] = int(timezone.now().timestamp()) - 2 * RECENT
    session.save()

    with work():
        answer = admin.post(f"/privacy/{request.pk}/run/")
    assert answer.url.startswith("/login/again/")
    assert Lead.objects.count() == 1

    with work():
        admin.post(answer.url, {"password": "correct horse battery staple"}, follow=True)
    assert Lead.objects.count() == 0


@pytest.mark.parametrize("role", [Role.MARKETER, Role.REP, Role.EXECUTIVE])
def test_others_see_nothing_of_it(ana, role):
    request = services.ask(kind="export", email=EMAIL, reason="x", by=None)
    client = signed_in(make_user(role))

    assert client.get("/privacy/").status_code == 403
    assert client.get("/privacy/rules/").status_code == 403
    for act in ("", "run/", "withdraw/", "copy/"):
        send = client.get if act == "" else client.post
        assert send(f"/privacy/{request.pk}/{act}").status_code == 403


def test_a_manager_sees_only_what_they_passed_on(ana, manager):
    request = services.ask(kind="export", email=EMAIL, reason="x", by=None)

    assert manager.get(f"/privacy/{request.pk}/").status_code == 404
    assert EMAIL not in manager.get("/privacy/").content.decode()


def test_a_request_needs_an_address_and_can_be_withdrawn(ana, manager):
    assert manager.post("/privacy/", ASK | {"email": "nobody"}).status_code == 422
    manager.post("/privacy/", ASK)
    request = PersonRequest.objects.get()

    manager.post(f"/privacy/{request.pk}/withdraw/")

    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert manager.post(f"/privacy/{request.pk}/withdraw/").status_code == 409


def test_ten_requests_cost_as_many_queries_as_one(ana, admin, django_assert_max_num_queries):
    def queries():
        with django_assert_max_num_queries(30) as captured:
            admin.get("/privacy/")
        return len(captured)

    services.ask(kind="export", email=EMAIL, reason="x", by=admin.user)
    one = queries()
    for _ in range(10):
        services.ask(kind="export", email=EMAIL, reason="x", by=admin.user)
    assert queries() == one


# --- the copy ---------------------------------------------------------------------------------
def test_a_copy_holds_everything_about_the_person_and_nothing_of_others(ana, admin, work):
    author = make_user(Role.REP)
    other = make_lead(email="bo@buyer.example", full_name="Bo Li")
    Note.objects.create(lead=ana, author=author, body="Likes tea", created_at=timezone.now())
    Note.objects.create(lead=other, author=author, body="Secret of Bo", created_at=timezone.now())
    Touchpoint.objects.create(lead=ana, kind="call", occurred_at=timezone.now(), body="First call")
    request = services.ask(kind="export", email=EMAIL.upper(), reason="Mail.", by=admin.user)

    with work():
        admin.post(f"/privacy/{request.pk}/run/")
    answer = admin.post(f"/privacy/{request.pk}/copy/")

    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        told = json.loads(archive.read("person.json"))
        page = archive.read("person.html").decode()
        assert "leads.csv" in archive.namelist()
    assert told["Leads"][0]["email"] == EMAIL
    assert told["Leads"][0]["attributes"] == {"hobby": "Chess"}
    assert told["Notes"][0]["body"] == "Likes tea"
    assert "First call" in page
    assert "Secret of Bo" not in json.dumps(told)
    assert Activity.objects.filter(verb="fetched").count() == 1


def test_a_copy_by_command(ana, capsys, tmp_path):
    capsys.readouterr()
    call_command("export_person", EMAIL, "--output", str(tmp_path / "copy.zip"), "--json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["objects"] >= 1
    assert zipfile.is_zipfile(tmp_path / "copy.zip")


def test_an_erasure_takes_earlier_copies_with_it(ana):
    copied = services.export_now(email=EMAIL, reason="Mail.")
    name = copied.file.name

    services.erase_now(email=EMAIL, reason="Mail.")

    copied.refresh_from_db()
    assert (copied.email, copied.file.name) == ("", "")
    assert not copied.file.storage.exists(name)


# --- how long data is kept --------------------------------------------------------------------
def old(days):
    return timezone.now() - timedelta(days=days)


def test_no_rule_is_in_force_by_itself_and_each_says_what_it_would_take(ana, admin):
    Lead.objects.update(status="lost", lost_at=old(800), updated_at=old(800))

    page = admin.get("/privacy/rules/").content.decode()

    assert "After 730 days it would take 1 row today." in page
    assert sweep(timezone.now()).counts["retention"] == 0
    assert Lead.objects.count() == 1


def test_a_rule_in_force_is_kept_once_a_day_by_the_sweep(ana, admin, work):
    make_lead(email="busy@buyer.example", full_name="Bo Li")
    Lead.objects.update(status="lost", lost_at=old(800), updated_at=old(800))
    busy = Lead.objects.get(email="busy@buyer.example")
    Touchpoint.objects.create(lead=busy, kind="call", occurred_at=old(3))
    admin.post(
        "/privacy/rules/lost_leads/", {"lost_leads-days": "730", "lost_leads-is_active": "on"}
    )

    with work():
        assert sweep(timezone.now()).counts["retention"] == 1
    assert list(Lead.objects.all()) == [busy]
    assert RetentionRule.objects.get().last_count == 1
    assert sweep(timezone.now()).counts["retention"] == 0
    assert Activity.objects.get(verb="kept_rule").data["rows"] == 1


def test_files_of_imports_and_answers_go_after_their_time(ana):
    run = make_import(b"Email\nx@y.example\n", by=None)
    type(run).objects.update(state="done", finished_at=old(100))
    user = make_user(Role.REP)
    KeptAnswer.objects.create(
        user=user, route="r", key="k", digest="d", made_at=old(5), lease_until=old(5)
    )
    rules = [
        RetentionRule.objects.create(what=what, days=days, is_active=True)
        for what, days in (("import_files", 90), ("answers", 2), ("unknown_touches", 5))
    ]

    assert [retention.keep(rule=rule) for rule in rules] == [1, 1, 0]
    run.refresh_from_db()
    assert (run.file.name, run.profile, KeptAnswer.objects.count()) == ("", {}, 0)


@pytest.mark.parametrize("email", ["", "gone@buyer.example"])
def test_whoever_is_kept_no_longer_goes_whole_and_may_come_back(ana, as_marketer, email):
    gone = make_lead(email=email, email_key=email, full_name="Bo Lindqvist", phone="+49 30 7654321")
    Note.objects.create(lead=gone, body="xqa-note", created_at=old(900))
    record(actor=as_marketer.user, verb="changed", subject=gone, summary="Bo Lindqvist, xqa-line")
    run = make_import(b"First,Last,City\nBo,Lindqvist,xqa-city\n", by=None)
    ImportBatch.objects.create(run=run, position=0, made=[[gone.pk, gone.pk]])
    type(run).objects.update(state="done", finished_at=timezone.now())
    Lead.objects.filter(pk=gone.pk).update(status="lost", lost_at=old(800), updated_at=old(800))
    rule = RetentionRule.objects.create(what="lost_leads", days=730, is_active=True)

    assert retention.keep(rule=rule) == 1

    left = dumped()
    assert [word for word in ("Lindqvist", "xqa", "7654321") if word in left] == []
    run.refresh_from_db()
    assert run.file.name == ""
    data = {"email": email or "gone@buyer.example", "phone": "+49 30 7654321"}
    again = as_marketer.post("/api/v1/leads/", data, content_type="application/json")
    assert again.status_code == 201, again.content
