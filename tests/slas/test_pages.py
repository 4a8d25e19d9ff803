"""The agreement as both teams read it [R1, R7, R8]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.documents import services as documents
from portal.documents.models import Document
from portal.slas.services import stop_clock
from tests.factories import (
    make_calendar,
    make_clock,
    make_commitment,
    make_funnel,
    make_persona,
    make_sla,
)

pytestmark = pytest.mark.django_db

PAGES = ["/agreement/", "/agreement/funnel/", "/agreement/slas/"]


def text(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def managers(marketing_manager, sales_manager):
    return marketing_manager, sales_manager


@pytest.mark.parametrize("url", PAGES)
def test_everybody_reads_the_agreement_even_before_there_is_one(
    url, as_rep, as_marketer, as_executive, as_sales_manager, as_administrator
):
    for client in (as_rep, as_marketer, as_executive, as_sales_manager, as_administrator):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("url", PAGES)
def test_a_stranger_is_asked_to_sign_in(url, client):
    assert client.get(url).status_code == 302


@pytest.mark.parametrize("url", PAGES)
def test_the_pages_only_show(url, as_sales_manager):
    assert as_sales_manager.post(url).status_code == 405


def test_the_overview_says_what_is_in_force_and_who_signs(as_rep, managers):
    make_funnel("One funnel", agreed=True)
    make_sla("Answers", agreed=True)

    page = text(as_rep.get("/agreement/"))

    assert "One funnel" in page
    assert "Answers" in page
    assert "In force since" in page
    for manager in managers:
        assert str(manager) in page


def test_the_overview_names_what_waits_and_for_whom(as_rep, managers):
    persona = make_persona("Olga")
    documents.propose(subject=persona, revision=persona.drafts[0], by=persona.owner)
    documents.sign(subject=persona, revision=persona.proposal, by=managers[0])

    waiting = as_rep.get("/agreement/").context["board"].waiting

    assert [(row.subject, row.missing) for row in waiting] == [(persona, ["sales"])]


def test_the_overview_finds_the_unsigned_and_the_stale(as_rep, managers):
    draft, agreed, old = (
        make_persona("Draft"),
        make_persona("New", agreed=True),
        make_persona("Old", agreed=True),
    )
    yesterday = timezone.localdate() - timedelta(days=1)
    Document.objects.filter(pk=old.document_id).update(review_on=yesterday)

    context = as_rep.get("/agreement/").context

    assert context["board"].unsigned.subjects == [draft]
    assert context["board"].stale.subjects == [old]
    assert context["rows"] == [old, agreed], "the nearest review comes first, of all kinds"


def test_retired_documents_are_nobodys_business_any_more(as_rep, managers):
    persona = make_persona("Old", agreed=True)
    documents.retire(subject=persona, reason="We left this market.", by=managers[0])

    context = as_rep.get("/agreement/").context

    board = context["board"]
    assert [*context["rows"], *board.stale.subjects, *board.unsigned.subjects] == []


def test_the_review_list_is_paged(as_rep, managers):
    for number in range(21):
        make_persona(f"Persona {number}", agreed=True)

    first = as_rep.get("/agreement/")
    assert len(first.context["rows"]) == 20
    second = as_rep.get("/agreement/" + first.context["page"].next)
    assert len(second.context["rows"]) == 1
    fragment = as_rep.get(
        "/agreement/", headers={"HX-Request": "true", "HX-Target": "review-list"}
    ).content.decode()
    assert "<html" not in fragment
    assert 'id="review-list"' in fragment


def test_what_each_side_owes_stands_side_by_side(as_rep, managers):
    rows = [
        make_commitment("feedback_answer", "marketing", "8"),
        make_commitment("first_contact", "sales", "24"),
        make_commitment("volume", "marketing", "120"),
    ]
    make_sla("Answers", commitments=rows, agreed=True)

    sides = dict(as_rep.get("/agreement/slas/").context["sides"])

    assert [s.promise.kind for s in sides["marketing"]] == ["feedback_answer", "volume"]
    assert [s.promise.kind for s in sides["sales"]] == ["first_contact"]
    assert sides["marketing"][1].example.sentence == (
        "Marketing delivers at least 120 qualified leads a month."
    )


def test_how_well_a_commitment_is_kept_comes_from_its_clocks(as_rep, managers):
    now = timezone.now()
    for days in (30, 20):
        stop_clock(clock=make_clock(at=now - timedelta(days=days)), at=now - timedelta(days=days))
    make_clock(at=now - timedelta(days=30))
    make_clock(at=now)
    make_clock(at=now - timedelta(days=100))

    page = text(as_rep.get("/agreement/slas/"))

    assert "Kept 66.7 %" in page
    assert "(2 of 3 in 90 days, 1 running)" in page


def test_a_draft_is_not_shown_as_owed(as_rep, managers):
    make_sla("Draft")

    assert "Nothing is in force that marketing owes" in text(as_rep.get("/agreement/slas/"))


def test_the_sla_page_works_out_what_is_shown(as_rep, managers):
    sla = make_sla("Answers", agreed=True)

    page = text(as_rep.get(sla.get_absolute_url()))

    assert "Worked example" in page
    assert "must be answered by" in page
    assert "Edit in the administration" not in page


def test_the_calendar_page_shows_hours_and_closed_days(as_rep, as_sales_manager):
    soon = timezone.localdate() + timedelta(days=3)
    calendar = make_calendar("Office", country="DE", holidays=[(soon, "Inventory")])

    page = text(as_rep.get(calendar.get_absolute_url()))

    assert "09:00-12:30, 13:30-17:30" in page
    assert "Inventory" in page
    assert "Tag der Deutschen Einheit" in page or "German Unity Day" in page
    assert "/change/" not in page
    assert "/change/" in text(as_sales_manager.get(calendar.get_absolute_url()))
    assert as_rep.get("/agreement/slas/calendars/999999/").status_code == 404


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_more_documents_cost_no_more_queries(as_rep, managers):
    def fill(number):
        persona = make_persona(f"Waiting {number}")
        documents.propose(subject=persona, revision=persona.drafts[0], by=persona.owner)
        make_persona(f"Agreed {number}", agreed=True)
        make_sla(
            f"SLA {number}", commitments=[make_commitment(KINDS[number], "sales")], agreed=True
        )
        make_sla(f"Draft SLA {number}")
        make_funnel(f"Draft funnel {number}")
        Document.objects.filter(kind="personas.persona").update(review_on=timezone.localdate())

    fill(0)
    before = [queries(as_rep, url) for url in PAGES]
    for number in range(1, 4):
        fill(number)

    assert [queries(as_rep, url) for url in PAGES] == before
    assert max(before) <= 35


KINDS = ["first_contact", "handoff_answer", "feedback_answer", "event_follow_up"]
