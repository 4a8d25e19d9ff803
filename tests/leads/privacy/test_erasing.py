"""The erasure of a person: everywhere, for good, and by whom."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models
from django.utils import timezone

from leads.intake.models import ImportRow
from leads.models import FormerKey, Lead, Note, Touchpoint
from leads.privacy import cleaning, services, tombstones
from leads.privacy.models import PersonRequest, Tombstone
from leads.privacy.person import ERASED, person_known_by
from leads.privacy.places import PLACES, Act, place_of
from portal.accounts.models import KeptAnswer
from portal.accounts.roles import Role
from portal.activity.models import Activity
from portal.activity.services import record
from portal.jobs.models import Job
from portal.notifications.models import Notification
from portal.todo.models import Task
from tests.conftest import signed_in
from tests.factories import csv_of, make_import, make_lead, make_stages, make_user

pytestmark = pytest.mark.django_db

EMAIL = "ana.rossi@buyer.example"


@pytest.fixture
def stages(db):
    return make_stages()


@pytest.fixture
def ana(stages):
    return make_lead(
        email=EMAIL, full_name="Ana Rossi", first_name="Ana", last_name="Rossi", phone="+39 06 1234567",
        external_id="crm-000815", attributes={"hobby": "CANARY-hobby"}, next_step="CANARY-step",
    )  # fmt: skip


@pytest.fixture
def admin():
    return signed_in(make_user(Role.ADMINISTRATOR))


def dumped():
    """Every value of every table, as one text."""
    parts = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._base_manager.values():
            parts.append(f"{model._meta.label}: {row!r}")
    return "\n".join(parts)


# --- where personal data lives ----------------------------------------------------------------
def test_every_table_that_points_at_a_lead_says_what_becomes_of_it():
    undeclared = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if not (isinstance(field, models.ForeignKey | models.ManyToManyField)):
                continue
            if field.related_model is Lead and not any(
                place.lead == field.name for place in place_of(model._meta.label_lower)
            ):
                undeclared.append(f"{model._meta.label_lower}.{field.name}")

    assert undeclared == [], "Name these in leads/privacy/places.py."


def test_what_is_kept_or_detached_says_why_and_nothing_else_is_left_out_of_the_search():
    assert [p.model for p in PLACES if p.act in (Act.KEEP, Act.DETACH) and not p.why] == []
    kept = {place.model for place in PLACES if place.act is Act.KEEP}
    searched = {model._meta.label_lower for model in cleaning.searched_models()}
    everything = {model._meta.label_lower for model in apps.get_models()}

    assert everything - searched - kept == set()
    assert not {model for model in kept if model.startswith(("leads.", "intake.", "feedback."))} - {
        "leads.attributedefinition"
    }


# --- the erasure ------------------------------------------------------------------------------
def plant(lead):
    """The person in every kind of place that a colleague or the portal can put them in."""
    author = make_user(Role.REP)
    now = timezone.now()
    Touchpoint.objects.create(
        lead=lead, kind="call", occurred_at=now, body="CANARY-call", title="Ana Rossi"
    )
    Note.objects.create(lead=lead, author=author, body="CANARY-note", created_at=now)
    record(actor=author, verb="changed", subject=lead, summary="Ana Rossi said CANARY-line")
    other = make_lead(
        email="else@buyer.example", full_name="Bo Li", attributes={"boss": f"{EMAIL}, Ana Rossi"}
    )
    Note.objects.create(
        lead=other, author=author, body=f"Ask {EMAIL.upper()} first", created_at=now
    )
    Notification.objects.create(
        recipient=author, text="Ana Rossi CANARY-told", kind="x", url=f"/leads/{lead.pk}/"
    )
    Task.objects.create(
        owner=author, kind=Task.Kind.values[0], title="Call Ana Rossi CANARY-task", key="t1",
        due_at=now + timedelta(days=1), url=f"/leads/{lead.pk}/",
    )  # fmt: skip
    Job.objects.create(kind="x.y", args={}, message=f"About {EMAIL}")
    KeptAnswer.objects.create(
        user=author, route="r", key="k", digest="d", made_at=now, lease_until=now,
        body=json.dumps({"email": EMAIL, "x": "CANARY-answer"}).encode(),
    )  # fmt: skip
    run = make_import(
        csv_of("Email,Note", f"{EMAIL},CANARY-file", "bo@buyer.example,fine"),
        by=make_user(Role.MARKETER),
    )
    ImportRow.objects.create(
        run=run, line=2, outcome="rejected", cells=[EMAIL, "CANARY-cell"], reason=f"{EMAIL}?"
    )
    default_storage.save("exports/list.csv", ContentFile(f"Ana Rossi;{EMAIL}\n".encode("utf-16")))
    return run, other


def test_nothing_of_the_person_is_left_in_any_table_or_file(ana, tmp_path, settings):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    (tmp_path / "mail.log").write_text(f"To: boss\n\nAna Rossi <{EMAIL}> CANARY-mail")
    run, other = plant(ana)

    done = services.erase_now(email=EMAIL, reason="She asked by mail.")

    left = dumped()
    for word in (EMAIL, "Ana Rossi", "CANARY", "crm-000815", "1234567"):
        assert word.lower() not in left.lower(), word
    assert list(tmp_path.iterdir()) == []
    run.refresh_from_db()
    assert (run.state, run.file.name, run.profile) == ("cancelled", "", {})
    assert default_storage.listdir("exports")[1] == []
    other.refresh_from_db()
    assert other.attributes == {"boss": f"{ERASED}, {ERASED}"}
    assert other.full_name == "Bo Li"
    assert done.objects_count > 10
    assert (done.state, done.email) == ("done", "")


def test_the_audit_keeps_who_did_what_when(ana):
    plant(ana)
    before = Activity.objects.filter(subject_type="leads.lead", subject_id=ana.pk).count()

    done = services.erase_now(email=EMAIL, reason="She asked.")

    assert Activity.objects.filter(subject_type="leads.lead", subject_id=ana.pk).count() == before
    line = Activity.objects.get(verb="erased")
    assert line.subject_id == done.pk


def test_somebody_known_only_from_a_refused_row_is_erased_too(stages):
    run = make_import(csv_of("Email", "x@x.example"), by=None)
    ImportRow.objects.create(
        run=run, line=2, outcome="rejected", cells=["gone@buyer.example", "CANARY"]
    )

    services.erase_now(email="Gone@Buyer.example", reason="Asked.")

    assert "CANARY" not in dumped()
    assert "gone@buyer.example" not in dumped()


def test_others_of_the_same_first_name_or_company_are_left_alone(ana):
    twin = make_lead(
        email="ana@other.example", first_name="Ana", full_name="Ana Bianchi", company=ana.company
    )
    Note.objects.create(
        lead=twin, author=make_user(Role.REP), body="Ana is nice", created_at=timezone.now()
    )

    services.erase_now(email=EMAIL, reason="Asked.")

    twin.refresh_from_db()
    assert (twin.full_name, twin.notes_written.get().body) == ("Ana Bianchi", "Ana is nice")


def test_somebody_known_by_an_address_from_before_a_merge_is_found(ana):
    FormerKey.objects.create(lead=ana, kind="email", value="ana.old@buyer.example")
    run = make_import(csv_of("Email", "ana.old@buyer.example"), by=None)

    services.erase_now(email="Ana.Old@buyer.example", reason="Asked.")

    left = dumped()
    assert (EMAIL in left, "ana.old@buyer.example" in left) == (False, False)
    run.refresh_from_db()
    assert run.file.name == ""
    assert tombstones.buried_among({("email", EMAIL), ("email", "ana.old@buyer.example")}) == {
        ("email", EMAIL), ("email", "ana.old@buyer.example"),
    }  # fmt: skip


def test_doing_it_twice_changes_nothing(ana):
    request = services.ask(kind="erasure", email=EMAIL, reason="Asked.", by=None)
    first = services.erase(request=request, by=None).result

    assert services.erase(request=request, by=None).result == first
    assert PersonRequest.objects.count() == 1


# --- they do not come back --------------------------------------------------------------------
def test_an_import_a_form_and_the_api_refuse_whoever_was_erased(ana, work, as_marketer):
    services.erase_now(email=EMAIL, reason="Asked.")

    with work():
        run = make_import(
            csv_of("Email,Phone", f"{EMAIL.upper()},", "new@buyer.example,"), by=as_marketer.user
        )
        as_marketer.post(
            f"/leads/import/{run.pk}/map/", {"c0": "email", "c1": "", "key": "", "act": "start"}
        )
    run.refresh_from_db()
    api = as_marketer.post("/api/v1/leads/", {"email": EMAIL}, content_type="application/json")

    assert (run.created, run.rejected) == (1, 1)
    assert "asked for their data to be erased" in run.outcomes.get().reason
    assert (api.status_code, api.json()["detail"][:11]) == (409, "This person")
    assert not Lead.objects.filter(email_key=EMAIL).exists()


def test_tombstones_hold_nothing_to_read_and_can_be_lifted(ana, admin):
    services.erase_now(email=EMAIL, reason="Asked.")
    kinds = set(Tombstone.objects.values_list("kind", flat=True))
    assert kinds - {"phone"} == {"email", "email_canonical", "external_id"}
    assert tombstones.buried_among({("email", EMAIL)}) == {("email", EMAIL)}

    admin.post("/privacy/tombstones/lift/", {"email": EMAIL, "reason": "Signed up again."})

    assert tombstones.buried_among({("email", EMAIL), ("external_id", "crm-000815")}) == set()


def test_after_a_restore_the_erased_are_erased_again(ana):
    services.erase_now(email=EMAIL, reason="Asked.")
    make_lead(email=EMAIL, full_name="Ana Rossi")

    assert services.replay_tombstones() == 1
    assert person_known_by(EMAIL).lead_ids == ()


# --- commands ---------------------------------------------------------------------------------
def test_the_command_answers_with_how_much_went(ana, capsys):
    plant(ana)
    capsys.readouterr()
    call_command("erase_person", EMAIL, "--reason", "Asked.", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["objects"] == sum(answer["places"].values()) > 10
    assert answer["places"]["Leads"] == 1


def test_the_command_needs_an_address_and_a_reason(db):
    with pytest.raises(CommandError):
        call_command("erase_person", "nobody", "--reason", "x")
    with pytest.raises(CommandError):
        call_command("erase_person", EMAIL)
