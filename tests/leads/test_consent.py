"""Consent: which one holds, where it comes from, and its history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.consent import DENIED, GRANTED, ORDER, UNKNOWN, note_consents, strictest
from leads.models import ConsentChange, Lead
from tests.factories import csv_of, make_import, make_lead

states = st.lists(st.sampled_from(ORDER), max_size=5)


@given(states, states)
def test_the_stricter_of_any_records_holds_in_whatever_order(some, others):
    assert strictest([*some, *others]) == strictest([strictest(others), strictest(some)])
    assert (strictest(some) == DENIED) == (DENIED in some)


def test_unknown_neither_gives_nor_takes_a_consent():
    assert strictest([UNKNOWN, GRANTED]) == GRANTED
    assert strictest([]) == UNKNOWN


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """``with work():`` background jobs that were asked for inside run at its end."""

    def run():
        return django_capture_on_commit_callbacks(execute=True)

    return run


def history(lead):
    rows = ConsentChange.objects.filter(lead=lead).order_by("pk")
    return [(row.from_state, row.to_state, row.source) for row in rows]


def test_form_and_api_say_where_a_consent_comes_from(db, as_marketer):
    as_marketer.post("/leads/new/", {"email": "a@x.example", "consent": "granted"})
    lead = Lead.objects.get()
    assert (lead.consent_source, history(lead)) == (
        "Entered by a colleague", [("unknown", "granted", "Entered by a colleague")],
    )  # fmt: skip
    assert lead.consent_at is not None

    as_marketer.patch(
        f"/api/v1/leads/{lead.pk}/", {"consent": "denied"}, content_type="application/json"
    )

    lead.refresh_from_db()
    assert (lead.consent, lead.consent_source) == ("denied", "API")
    assert history(lead)[1] == ("granted", "denied", "API")
    page = as_marketer.get(f"/leads/{lead.pk}/").content.decode()
    assert "Consent: denied, was granted" in page


def test_an_import_notes_consents_and_never_loosens_a_refusal(db, as_marketer, work):
    refused = make_lead(email="no@x.example", consent="denied")
    content = csv_of("Email,Consent", "no@x.example,yes", "new@x.example,yes", "quiet@x.example,")
    run = make_import(content, by=as_marketer.user)
    with work():
        as_marketer.post(
            f"/leads/import/{run.pk}/map/",
            {"c0": "email", "c1": "consent", "key": "", "act": "start"},
        )

    refused.refresh_from_db()
    new = Lead.objects.get(email="new@x.example")
    assert (refused.consent, history(refused)) == ("denied", [])
    assert (new.consent, new.consent_source[:6]) == ("granted", "Import")
    assert [row[:2] for row in history(new)] == [("unknown", "granted")]
    assert history(Lead.objects.get(email="quiet@x.example")) == []


def test_the_history_of_many_costs_two_statements(db, django_assert_num_queries):
    leads = [make_lead(email=f"l{n}@x.example", consent="granted") for n in range(20)]

    with django_assert_num_queries(2):
        assert note_consents(dict.fromkeys((lead.pk for lead in leads), UNKNOWN), by=None) == 20
