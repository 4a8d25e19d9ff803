"""People who are erased while others take them in, or write about them, at the same moment."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from django.apps import apps
from django.db import connection, connections

from leads import services
from leads.intake.applying.leads import LeadApplier
from leads.intake.services.mappings import first_mapping, save_mapping
from leads.intake.services.running import apply_rows, begin_import
from leads.models import Lead, Note
from leads.privacy.services import erase_now
from leads.reading import prepare
from leads.services import records
from portal.accounts.roles import Role
from portal.activity.models import Activity
from portal.core.errors import RuleViolation
from tests.factories import csv_of, make_import, make_lead, make_stages, make_user

#: With apps named, the tables are emptied together with those that only refer to them.
pytestmark = pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)
EMAIL = "ana.rossi@buyer.example"


@pytest.fixture
def stages(db):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("An in-memory database has one connection.")
    return make_stages()


def during(monkeypatch, place, name, act):
    """Begin ``act`` in another thread while ``place.name`` is at work; what came of it, at the end."""
    real, started, results = getattr(place, name), threading.Event(), []

    def run():
        started.set()
        try:
            results.append(act())
        except RuleViolation as refusal:
            results.append(refusal)
        finally:
            connections.close_all()

    other = threading.Thread(target=run)

    def held(*args, **kwargs):
        found = real(*args, **kwargs)
        if not other.ident:
            other.start()
            started.wait()
            other.join(0.6)
        return found

    monkeypatch.setattr(place, name, held)
    return lambda: (other.join(), results)[1]


def erase():
    return erase_now(email=EMAIL, reason="Asked.")


def test_who_is_added_while_being_erased_is_erased(stages, monkeypatch):
    by = make_user(Role.MARKETER)
    end = during(monkeypatch, records, "refuse_erased", erase)

    services.create_lead(prepared=prepare({"email": EMAIL}), by=by)

    assert end()[0].state == "done"
    assert not Lead.objects.filter(email_key=EMAIL).exists()


def test_who_is_imported_while_being_erased_is_erased(stages, monkeypatch):
    by = make_user(Role.MARKETER)
    run = make_import(csv_of("Email,Full name", f"{EMAIL},Ana Rossi", "bo@buyer.example,Bo"), by=by)
    save_mapping(run=run, mapping=first_mapping(run=run, by=by, written=None, constants={}), by=by)
    run = begin_import(run=run, by=by)
    end = during(monkeypatch, LeadApplier, "_without_erased", erase)

    # An erasure that need not wait for the rows stops the import whose file names the person.
    with suppress(RuleViolation):
        apply_rows(run=run, by=by, checkpoint=lambda *args, **kwargs: None)

    assert end()[0].state == "done"
    run.refresh_from_db()
    was_stopped = run.state == run.State.CANCELLED
    brought = ["bo@buyer.example"] if not was_stopped else []
    assert list(Lead.objects.values_list("email_key", flat=True)) == brought


def test_who_is_edited_while_being_erased_leaves_nothing_behind(stages, monkeypatch):
    by = make_user(Role.MARKETER)
    lead = make_lead(email=EMAIL, full_name="Ana Rossi")
    end = during(monkeypatch, records, "save_lead", erase)

    services.change_lead(lead=lead, prepared=prepare({"title": "CTO"}), by=by)

    assert end()[0].state == "done"
    assert not Lead.objects.exists()
    assert [line.data for line in Activity.objects.filter(subject_type="leads.lead")] == [{}]


def test_who_writes_a_note_after_the_erasure_hears_that_the_lead_is_gone(stages):
    by, lead = make_user(Role.MARKETER), make_lead(email=EMAIL)
    erase()

    with pytest.raises(RuleViolation, match="no longer exists"):
        services.add_note(lead=lead, body="Call her", by=by)
    assert not Note.objects.exists()
