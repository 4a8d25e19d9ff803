"""People who act at the same moment, on separate connections."""

from __future__ import annotations

import threading

import pytest
from django.apps import apps
from django.db import connection, connections

from leads import services
from leads.models import Assignment, Lead
from leads.reading import prepare
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from tests.factories import make_lead, make_stages, make_user

#: With apps named, the tables are emptied together with those that only refer to them.
pytestmark = pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)

PEOPLE = 6


def at_once(act, people):
    """Run ``act(person)`` for everybody at the same moment; what each got or was refused with."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("An in-memory database has one connection.")
    start, results = threading.Barrier(len(people)), []

    def run(person):
        try:
            start.wait()
            results.append(act(person))
        except Exception as error:  # noqa: BLE001 - whatever it was, the case looks at it
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_many_who_claim_one_wins_and_the_others_hear_who():
    lead, people = make_lead(), [make_user() for _ in range(PEOPLE)]
    seen = {person.pk: Lead.objects.get(pk=lead.pk) for person in people}
    results = at_once(lambda person: services.claim_lead(lead=seen[person.pk], by=person), people)
    winner = Lead.objects.get(pk=lead.pk).owner

    refused = [error for error in results if isinstance(error, RuleViolation)]
    assert len(refused) == PEOPLE - 1, results
    assert all(str(winner) in error.message for error in refused)
    assert Assignment.objects.count() == 1


def test_of_many_who_add_one_person_one_lead_remains():
    make_stages()
    people = [make_user() for _ in range(PEOPLE)]
    row = prepare({"email": "ana@acme.example", "company.name": "Acme"})
    results = at_once(lambda person: services.create_lead(prepared=row, by=person), people)

    assert Lead.objects.count() == 1
    assert sum(isinstance(result, Lead) for result in results) == 1, results
    assert sum(isinstance(result, RuleViolation) for result in results) == PEOPLE - 1, results


def test_changes_of_many_fields_at_once_lose_nothing():
    lead, people = make_lead(), [make_user(Role.MARKETER) for _ in range(4)]
    fields = dict(
        zip((p.pk for p in people), ("country", "city", "title", "seniority"), strict=True)
    )
    results = at_once(
        lambda person: services.change_lead(
            lead=lead, prepared=prepare({fields[person.pk]: "X"}), by=person, version=1
        ),
        people,
    )
    lead.refresh_from_db()

    assert all(isinstance(result, Lead) for result in results), results
    assert (lead.country, lead.city, lead.title, lead.seniority, lead.version) == (
        "X",
        "X",
        "X",
        "X",
        5,
    )
