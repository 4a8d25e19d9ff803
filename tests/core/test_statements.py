from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from personas.models import Persona
from portal.core.statements import LARGEST, SLUG, Statement
from tests.factories import make_company, make_lead, make_persona

pytestmark = pytest.mark.django_db


def records(key: int) -> QuerySet[Lead]:
    return Lead.objects.select_related("company", "stage", "owner").filter(pk=key)


def test_each_key_gets_its_own_rows_with_what_hangs_on_them():
    ours = [make_lead(company=make_company(), attributes={"seats": n}) for n in range(3)]
    ask = Statement(records)

    for lead in (*ours, *ours):
        with CaptureQueriesContext(connection) as queries:
            (found,) = ask(lead.pk)
            assert (found.company.name, found.attributes) == (lead.company.name, lead.attributes)
            assert (found, found.created_at, found.owner) == (lead, lead.created_at, None)
        assert len(queries) == 1


def test_the_answer_is_never_an_old_one():
    lead, ask = make_lead(title="Buyer"), Statement(records)
    assert ask(lead.pk)[0].title == "Buyer"

    Lead.objects.filter(pk=lead.pk).update(title="Head of buying")

    assert ask(lead.pk)[0].title == "Head of buying"
    Lead.objects.filter(pk=lead.pk).delete()
    assert ask(lead.pk) == []


def test_the_text_is_composed_once():
    composed = []

    def rows(key: int) -> QuerySet[Lead]:
        composed.append(key)
        return records(key)

    ask = Statement(rows)
    for lead in (make_lead(), make_lead()):
        ask(lead.pk)

    assert len(composed) == 1


def test_rows_of_a_few_columns():
    lead = make_lead(title="Buyer")
    ask = Statement(
        lambda key: Lead.objects.filter(pk=key).values_list(
            "pk", "title", "stage__name", named=True
        )
    )

    (found,) = ask(lead.pk)

    assert (found.pk, found.title, found.stage__name) == (lead.pk, "Buyer", lead.stage.name)


@pytest.mark.parametrize("key", [0, -1, LARGEST, LARGEST + 1, -LARGEST - 1, 10**30])
def test_a_key_that_no_row_can_have_finds_none(key):
    make_lead()

    assert Statement(records)(key) == []


def test_the_record_of_a_number_beyond_all_numbers_is_not_there(as_marketer):
    assert as_marketer.get(f"/leads/{10**30}/").status_code == 404
    assert as_marketer.get(f"/leads/{LARGEST}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_threads_ask_over_connections_of_their_own():
    lead, ask = make_lead(title="Buyer"), Statement(records)
    ask(lead.pk)
    told: list[object] = []

    def other() -> None:
        told.extend((row.title, row._state.db) for row in ask(lead.pk))
        told.append(connection.connection)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()

    assert told[0] == ("Buyer", "default")
    assert told[1] is not connection.connection
    assert ask(lead.pk)[0].title == "Buyer"


def test_a_slug_is_a_key_too_and_what_hangs_on_the_rows_comes_along():
    ask = Statement(lambda slug: Persona.objects.with_document().filter(slug=slug), SLUG)
    for persona in (make_persona(title="Plant manager"), make_persona(title="Buyer's boss")):
        (found,) = ask(persona.slug)

        with CaptureQueriesContext(connection) as queries:
            assert found == persona
            assert [r.number for r in found.document.revisions.all()] == [1]
        assert len(queries) == 0
    assert ask("nobody' OR '1'='1") == []


def test_a_record_that_has_nothing_costs_one_question():
    ask = Statement(records)
    with CaptureQueriesContext(connection) as queries:
        assert ask(LARGEST) == []
    assert len(queries) == 1
