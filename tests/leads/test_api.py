"""The API of leads, companies and touchpoints as the contract names it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Lead, Touchpoint
from tests.factories import make_campaign, make_company, make_lead, make_persona, make_stage

pytestmark = pytest.mark.django_db

LEADS = "/api/v1/leads/"
CONTRACT = [
    "id",
    "external_id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "title",
    "seniority",
    "company",
    "source",
    "campaign",
    "persona",
    "stage",
    "status",
    "owner",
    "score",
    "fit",
    "engagement",
    "grade",
    "next_step_on",
    "heard_about_us",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "language",
    "consent",
    "attributes",
    "created_at",
    "updated_at",
]


def send(client, method, url, data, **headers):
    return getattr(client, method)(url, data, content_type="application/json", headers=headers)


def test_a_lead_has_every_field_of_the_contract(as_marketer, rep):
    lead = make_lead(
        company=make_company("Acme", domain="acme.com"),
        campaign=make_campaign("Fair"),
        persona=make_persona("Head"),
        owner=rep,
    )
    data = as_marketer.get(f"{LEADS}{lead.pk}/").json()

    assert set(CONTRACT) <= set(data)
    assert data["company"] == {"id": lead.company_id, "name": "Acme", "domain": "acme.com"}
    assert (data["campaign"], data["stage"], data["status"]) == ("fair", "lead", "open")
    assert data["persona"]["slug"] == "head"
    assert data["owner"] == {"id": rep.pk, "name": rep.name}
    assert (data["score"], data["fit"], data["engagement"], data["grade"]) == (
        None,
        None,
        None,
        None,
    )


def test_lists_go_by_cursor(as_marketer):
    stage = make_stage()
    Lead.objects.bulk_create([Lead(full_name=f"Lead {n:03}", stage=stage) for n in range(120)])
    names, url = [], f"{LEADS}?ordering=full_name&page_size=50"
    while url:
        page = as_marketer.get(url).json()
        names += [row["full_name"] for row in page["results"]]
        url = page["next"]

    assert names == [f"Lead {n:03}" for n in range(120)]


def test_page_and_api_share_their_filters(as_marketer):
    make_lead(country="PT", attributes={"visits": 5})
    make_lead(country="PT", attributes={"visits": 1})
    query = "?country=PT&attributes.visits__gt=3"

    assert len(as_marketer.get(LEADS + query).json()["results"]) == 1
    assert as_marketer.get(f"{LEADS}count/{query}").json() == {"count": 1, "exact": True}
    assert len(as_marketer.get(f"/leads/{query}").context["page"]) == 1


def test_an_unknown_filter_is_named(as_marketer):
    answer = as_marketer.get(f"{LEADS}?nothing=1")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "nothing"


@pytest.mark.parametrize(
    "query", ["owner=x", "stage=nowhere", "created_at__gte=soon", "ordering=owner__password"]
)
def test_a_value_that_means_nothing_is_named(as_marketer, query):
    answer = as_marketer.get(f"{LEADS}?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_strangers_are_told_to_sign_in(client):
    assert client.get(LEADS).status_code == 401


@pytest.mark.parametrize(("setting", "status"), [("everyone", 200), ("team", 404), ("own", 404)])
def test_the_setting_decides(as_rep, other_rep, settings, setting, status):
    settings.LEAD_VISIBILITY = setting

    assert as_rep.get(f"{LEADS}{make_lead(owner=other_rep).pk}/").status_code == status


def test_executives_see_masks(as_executive):
    make_lead(
        full_name="Ana Cruz",
        first_name="Ana",
        email="ana@acme.example",
        attributes={"nick": "A"},
        country="PT",
    )
    row = as_executive.get(LEADS).json()["results"][0]

    assert {
        row[name] for name in ("first_name", "last_name", "full_name", "email", "attributes")
    } == {"•••"}
    assert row["country"] == "PT"


@pytest.mark.parametrize(
    "query", ["ordering=full_name", "email=ana@acme.example", "external_id=7", "attributes.nick=A"]
)
def test_executives_cannot_ask_for_what_is_masked(as_executive, query):
    assert as_executive.get(f"{LEADS}?{query}").status_code == 400


def test_ten_rows_cost_as_many_queries_as_one(as_rep, rep):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            as_rep.get(LEADS)
        return len(seen)

    persona, campaign = make_persona(agreed=True), make_campaign()
    make_lead(owner=rep, company=make_company(), persona=persona, campaign=campaign)
    cost()
    one = cost()
    for _ in range(10):
        make_lead(owner=rep, company=make_company(), persona=persona, campaign=campaign)

    assert cost() == one <= 6


# --- writing ----------------------------------------------------------------------------------
def test_creating(as_rep, rep):
    answer = send(as_rep, "post", LEADS, {
        "first_name": "Ana", "last_name": "Cruz", "email": "Ana@acme.example", "company": {"name": "Acme", "domain": "acme.com"},
        "attributes": {"visits": 3}, "notes": "Met at the fair", "utm_source": "google",
    })  # fmt: skip
    lead = Lead.objects.get()

    assert (answer.status_code, answer["Location"]) == (201, f"{LEADS}{lead.pk}/")
    assert answer.json()["full_name"] == "Ana Cruz"
    assert (lead.owner, lead.company.name, lead.attributes) == (rep, "Acme", {"visits": 3})
    assert lead.notes_written.count() == 1


def test_history_comes_from_those_who_bring_it_in(as_marketer, as_rep):
    data = {"email": "ana@acme.example", "created_at": "2025-01-31T08:00:00Z", "stage": "sql"}

    assert send(as_rep, "post", LEADS, data).status_code == 400
    assert (
        send(as_marketer, "post", LEADS, data)
        .json()["created_at"]
        .startswith("2025-01-31T08:00:00")
    )


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"email": "no"}, "email"),
        ({"first_name": "Ana"}, "email"),
        ({"email": "a@b.example", "score": 99}, "score"),
        ({"email": "a@b.example", "id": 7}, "id"),
        ({"email": "a@b.example", "status": "won"}, "status"),
        ({"email": "a@b.example", "version": 7}, "version"),
        ({"email": "a@b.example", "attributes": {"a__b": 1}}, "attributes.a__b"),
        ({"email": "a@b.example", "attributes": {"a": {"b": 1}}}, "attributes.a"),
        ({"email": "a@b.example", "campaign": "nowhere"}, "campaign"),
        ({"email": ["a@b.example"]}, "email"),
        ([1], "non_field_errors"),
    ],
)
def test_what_cannot_be_written_is_named(as_marketer, data, field):
    answer = send(as_marketer, "post", LEADS, data)

    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"] == field
    assert not Lead.objects.exists()


def test_a_duplicate_names_the_lead_or_only_its_owner(as_marketer, as_rep, other_rep):
    lead = make_lead(full_name="Ana Cruz", email="ana@acme.example", owner=other_rep)
    seen = send(as_marketer, "post", LEADS, {"email": "ana@acme.example"})
    unseen = send(as_rep, "post", LEADS, {"email": "ana@acme.example"})

    assert (seen.status_code, seen.json()["lead"]) == (409, lead.pk)
    assert (unseen.status_code, unseen.json()["lead"]) == (409, None)
    assert str(other_rep) in unseen.json()["detail"]
    assert "Ana" not in unseen.content.decode()


def test_changing(as_marketer):
    lead = make_lead(country="PT", attributes={"a": 1})
    answer = send(
        as_marketer,
        "patch",
        f"{LEADS}{lead.pk}/",
        {"country": "ES", "attributes": {"b": 2}, "company": {"name": "Acme"}},
    )

    assert answer.status_code == 200
    assert (answer.json()["country"], answer.json()["attributes"]) == ("ES", {"a": 1, "b": 2})
    assert answer.json()["company"]["name"] == "Acme"


def test_a_stale_change_is_refused(as_marketer):
    lead = make_lead()
    url = f"{LEADS}{lead.pk}/"
    etag = as_marketer.get(url)["ETag"]
    fresh = send(as_marketer, "patch", url, {"country": "ES"}, **{"If-Match": etag})
    stale = send(as_marketer, "patch", url, {"country": "PT"}, **{"If-Match": etag})

    assert (fresh.status_code, stale.status_code) == (200, 412)
    assert fresh["ETag"] != etag
    assert Lead.objects.get().country == "ES"


@pytest.mark.parametrize(
    "data",
    [
        {"owner": 1},
        {"stage": "sql"},
        {"status": "won"},
        {"created_at": "2020-01-01"},
        {"notes": "x"},
    ],
)
def test_acts_are_not_changes(as_marketer, data):
    assert send(as_marketer, "patch", f"{LEADS}{make_lead().pk}/", data).status_code == 400


def test_there_is_no_put_and_no_delete(as_administrator):
    url = f"{LEADS}{make_lead().pk}/"

    assert send(as_administrator, "put", url, {}).status_code == 405
    assert as_administrator.delete(url).status_code == 405


# --- companies and touchpoints ------------------------------------------------------------------
def test_companies_are_open_to_all(as_executive):
    make_company("Acme GmbH", country="PT")
    make_company("Other")

    assert [
        row["name"] for row in as_executive.get("/api/v1/companies/?name=ACME").json()["results"]
    ] == ["Acme GmbH"]
    assert as_executive.get("/api/v1/companies/count/?country=pt").json()["count"] == 1


def test_touchpoints_are_those_of_visible_leads(as_rep, rep, other_rep, as_executive):
    mine, theirs = make_lead(owner=rep), make_lead(owner=other_rep)
    url = "/api/v1/touchpoints/"
    made = send(
        as_rep,
        "post",
        url,
        {"lead": mine.pk, "kind": "call", "outcome": "Reached", "external_id": "c-1"},
    )
    again = send(as_rep, "post", url, {"lead": mine.pk, "kind": "call", "external_id": "c-1"})
    refused = send(as_rep, "post", url, {"lead": theirs.pk, "kind": "call"})
    Touchpoint.objects.create(lead=theirs, kind="call", occurred_at=mine.created_at)

    assert (made.status_code, again.json()["id"], refused.status_code) == (
        201,
        made.json()["id"],
        400,
    )
    assert [row["id"] for row in as_rep.get(url).json()["results"]] == [made.json()["id"]]
    assert as_executive.get(url).status_code == 403
