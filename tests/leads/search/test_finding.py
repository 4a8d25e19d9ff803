"""Finding people and companies, on both databases alike, within what one may see [AZ-08]."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Company, Lead
from leads.search import find_companies, find_leads, store
from tests.factories import make_company, make_lead, make_stage

pytestmark = pytest.mark.django_db


def known(**fields):
    """A lead with its keys, as every way in writes them."""
    lead = make_lead(**fields)
    lead.know()
    lead.save()
    return lead


def found(text, rows=None, **options):
    rows = Lead.objects.order_by("pk") if rows is None else rows
    return [str(lead) for lead in find_leads(rows, text, **options).rows]


@pytest.fixture
def people():
    acme = make_company("Acme Widgets GmbH", domain="acme.example")
    known(
        full_name="Anna Schmidt", email="anna.s@acme.example", company=acme, external_id="CRM-00071"
    )
    known(
        full_name="Jörg Müller-Lüdenscheid",
        email="jml@other.example",
        phone="030 1234 567",
        country="DE",
    )
    known(full_name="Bob Schmid", email="bob@third.example")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("anna", ["Anna Schmidt"]),
        ("CHMID", ["Anna Schmidt", "Bob Schmid"]),
        ("schmidt anna", ["Anna Schmidt"]),
        ("nna.s@ac", ["Anna Schmidt"]),
        ("acme", ["Anna Schmidt"]),
        ("acme gmbh", ["Anna Schmidt"]),
        ("anna widgets", ["Anna Schmidt"]),
        ("widgets anna", ["Anna Schmidt"]),
        ("bob widgets", []),
        ("crm-00071", ["Anna Schmidt"]),
        ("0071", ["Anna Schmidt"]),
        ("muller", ["Jörg Müller-Lüdenscheid"]),
        ("MÜLLER", ["Jörg Müller-Lüdenscheid"]),
        ("Lüdenscheid", ["Jörg Müller-Lüdenscheid"]),
        ("+49 30 1234567", ["Jörg Müller-Lüdenscheid"]),
        ("0049301234567", ["Jörg Müller-Lüdenscheid"]),
        ("030/1234", ["Jörg Müller-Lüdenscheid"]),
        ("1234567", ["Jörg Müller-Lüdenscheid"]),
        ("bo", ["Bob Schmid"]),
        ("ob", []),
        ("%", []),
        ("' OR 1=1 --", []),
        ('"', []),
    ],
)
def test_any_part_of_what_somebody_is_known_by(people, text, names):
    answer = find_leads(Lead.objects.order_by("pk"), text)
    assert [str(lead) for lead in answer.rows] == names
    assert not answer.is_guess


@pytest.mark.parametrize(
    "text", ["Anan", "Schmdit anna", "annna schmidt", "anna acmee", "anan widgtes"]
)
def test_a_typing_error_gives_a_guess_that_says_so(people, text):
    answer = find_leads(Lead.objects.all(), text)
    assert "Anna Schmidt" in [str(lead) for lead in answer.rows]
    assert answer.is_guess


def test_who_sees_no_names_searches_companies(people):
    assert found("acme", by_company_only=True) == ["Anna Schmidt"]
    for text in ("anna", "schmidt", "anna.s@acme.example", "CRM-00071", "anna acme", "Anan"):
        assert found(text, by_company_only=True) == []


def test_companies_by_name_domain_and_a_slip(people):
    make_company("Zebra Works")
    for text in ("acme", "WIDGETS gmbh", "acme.ex", "widegts", "Acmee"):
        assert [row.name for row in find_companies(Company.objects.all(), text).rows] == [
            "Acme Widgets GmbH"
        ]


def test_only_rows_that_were_given_are_found(as_rep, as_other_rep, rep):
    known(full_name="Olga Quartz", owner=rep)
    for text in ("olga", "quartz", "olgga"):
        assert b"Olga Quartz" in as_rep.get("/leads/", {"q": text}).content
        assert b"Olga Quartz" not in as_other_rep.get("/leads/", {"q": text}).content
        assert as_other_rep.get("/api/v1/leads/count/", {"search": text}).json()["count"] == 0


def test_list_search_and_api_find_the_same(as_marketer, people):
    for text in ("schmid", "anna widgets", "Schmdit anna"):
        shown = as_marketer.get("/leads/", {"q": text}).content.decode()
        api = as_marketer.get("/api/v1/leads/", {"search": text}).json()["results"]
        groups = as_marketer.get("/search/", {"q": text}).context["groups"]
        names = {row["full_name"] for row in api}
        assert names
        assert names == {hit.title for g in groups if g.key == "leads" for hit in g.hits}
        assert all(name in shown for name in names)


def test_the_page_says_that_it_guesses(as_marketer, people):
    assert b"These come close" in as_marketer.get("/leads/?q=Schmdit").content
    assert b"These come close" not in as_marketer.get("/leads/?q=Schmidt").content


def test_common_words_page_newest_first(as_marketer, monkeypatch):
    monkeypatch.setattr("leads.search.finding.FEW", 5)
    stage = make_stage("lead")
    Lead.objects.bulk_create(
        [Lead(full_name=f"Common Person {n:03}", stage=stage) for n in range(120)]
    )
    page = as_marketer.get("/leads/?q=common").context["page"]
    assert page.total == 120
    assert [str(lead) for lead in page][:2] == ["Common Person 119", "Common Person 118"]
    second = as_marketer.get("/leads/" + page.next).context["page"]
    assert str(second.rows[0]) == "Common Person 069"


def test_a_common_word_is_counted_exactly_or_said_to_be_estimated(as_marketer, monkeypatch):
    monkeypatch.setattr("leads.search.finding.FEW", 5)
    stage = make_stage("lead")
    acme = make_company("Common Works")
    names = ["Common Person"] * 30 + ["Other"] * 70
    leads = [Lead(pk=n, full_name=f"{name} {n}", stage=stage) for n, name in enumerate(names, 1)]
    for lead in leads[30:50]:
        lead.company = acme
    Lead.objects.bulk_create(leads)
    count = "/api/v1/leads/count/"

    assert as_marketer.get(count, {"search": "common"}).json() == {"count": 50, "exact": True}
    assert as_marketer.get(count, {"search": "common", "source": "x"}).json()["count"] == 0

    monkeypatch.setattr("leads.search.finding.COUNT_CAP", 10)
    monkeypatch.setattr("portal.core.listing.COUNT_CAP", 10)
    monkeypatch.setattr("portal.core.listing.SAMPLES", 100)
    told = as_marketer.get(count, {"search": "common"}).json()
    assert not told["exact"]
    assert told["count"] == 50


def test_a_name_beside_a_company_of_many(monkeypatch):
    """A word in the names of many companies still says something where the words stand nowhere together."""
    monkeypatch.setattr("leads.search.statements.FEW_COMPANIES", 2)
    works = [make_company(f"Works {n}") for n in range(4)]
    known(full_name="Anna Schmidt", company=works[0])
    assert found("anna works") == ["Anna Schmidt"]
    assert found("works anna") == ["Anna Schmidt"]
    known(full_name="Anna Works")
    assert found("anna works") == ["Anna Works"]
    works[3].delete()
    works[2].delete()
    assert found("anna works") == ["Anna Schmidt", "Anna Works"]


# --- in step with whatever writes ----------------------------------------------------------------
def test_every_writer_is_followed():
    lead = known(full_name="Before Name")
    Lead.objects.filter(pk=lead.pk).update(full_name="After Name", name_key="after name")
    assert found("before") == []
    assert found("after") == ["After Name"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET full_name = 'Raw Words' WHERE id = %s", [lead.pk])
    assert found("raw") == ["Raw Words"]
    company = make_company("Old Shop")
    Lead.objects.filter(pk=lead.pk).update(company=company)
    Company.objects.filter(pk=company.pk).update(name="New Shop", name_key="new shop")
    assert found("new shop") == ["Raw Words"]
    assert found("old") == []


def test_what_is_deleted_leaves_no_text_behind():
    lead = known(full_name="Xylander Quux", email="canary@xylander.example")
    lead.delete()
    assert found("xylander") == []
    if is_sqlite():
        rows = Lead.objects.filter(pk__in=store.rows_holding(store.LEADS, [("xylander",)], 5))
        assert not rows.exists()


def is_sqlite():
    return connection.vendor == "sqlite"


@pytest.mark.skipif(not is_sqlite(), reason="The triggers are SQLite's.")
def test_a_migration_that_drops_the_triggers_is_mended():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER leads_lead_search_insert")
    lead = make_lead(full_name="Unseen Person")
    assert found("unseen") == []
    call_command("migrate", verbosity=0)
    assert found("unseen") == [str(lead)]


@pytest.mark.skipif(is_sqlite(), reason="SQLite has no such index.")
@pytest.mark.parametrize("text", ["zimmermann", "anna.s@acme", "zimmemrann"])
def test_the_index_answers(text):
    stage = make_stage("lead")
    rows = (
        Lead(full_name=f"Person {n}", name_key=f"person {n}", stage=stage) for n in range(20_000)
    )
    Lead.objects.bulk_create(rows, batch_size=5_000)
    known(full_name="Anna Zimmermann", email="anna.s@acme.example")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead")
        cursor.execute("SET LOCAL enable_seqscan = off")
    from leads.search.finding import _near
    from leads.search.store import LEADS, SearchText, holding
    from leads.search.words import question

    (term,) = question(text)
    is_slip = text == "zimmemrann"
    rows = Lead.objects.alias(search_text=SearchText(LEADS)).order_by()
    asked = rows.filter(_near(LEADS, term) if is_slip else holding(term.ways))
    assert "leads_lead_search" in asked.explain()
    assert [str(lead) for lead in asked] == ["Anna Zimmermann"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=40))
def test_nothing_that_is_typed_breaks_it(people, text):
    assert set(found(text)) <= {"Anna Schmidt", "Jörg Müller-Lüdenscheid", "Bob Schmid"}
    list(find_companies(Company.objects.all(), text).rows)
