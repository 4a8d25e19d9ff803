"""The API of companies, contacts and target lists."""

from __future__ import annotations

import pytest

from leads.companies.models import Member, Relation
from leads.models import Company
from tests.factories import make_company, make_lead, make_member, make_target_list

pytestmark = pytest.mark.django_db
JSON = "application/json"


def post(client, url, body, **headers):
    return client.post(f"/api/v1/{url}", body, content_type=JSON, headers=headers)


def patch(client, url, body, **headers):
    return client.patch(f"/api/v1/{url}", body, content_type=JSON, headers=headers)


# --- companies --------------------------------------------------------------------------------
def test_a_company_has_the_fields_of_the_contract_and_the_new_ones(as_rep, rep):
    parent = make_company("Parent")
    company = make_company(
        "Acme", domain="acme.com", employees=70, owner=rep, parent=parent, attributes={"erp": "X"}
    )
    data = as_rep.get(f"/api/v1/companies/{company.pk}/").json()
    assert set(data) == {
        "id", "external_id", "name", "domain", "industry", "employees", "size", "country", "region", "city", "phone",
        "revenue", "revenue_currency", "tier", "parent", "owner", "attributes", "created_at", "updated_at", "version",
    }  # fmt: skip
    assert (data["size"], data["attributes"]) == ("50-249", {"erp": "X"})
    assert data["parent"] == {"id": parent.pk, "name": "Parent"}
    assert data["owner"] == {"id": rep.pk, "name": rep.name}


def test_created_once_for_one_key(as_rep, rep):
    body = {
        "name": "Acme GmbH", "domain": "acme.com", "employees": 12, "revenue": "1000.5", "revenue_currency": "usd",
        "tier": "b", "owner": rep.pk, "external_id": "C-1", "attributes": {"erp": "SAP", "sites": 3},
    }  # fmt: skip
    first = post(as_rep, "companies/", body, **{"Idempotency-Key": "k1"})
    again = post(as_rep, "companies/", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.json()) == (201, first.json())
    assert first["Location"] == f"/api/v1/companies/{first.json()['id']}/"
    company = Company.objects.get()
    assert (company.name_key, company.tier, company.revenue_currency) == ("acme", "B", "USD")
    assert company.attributes == {"erp": "SAP", "sites": 3}


def test_a_name_that_is_taken_is_a_409_that_says_by_whom(as_rep):
    held = make_company("Acme Ltd")
    answer = post(as_rep, "companies/", {"name": "ACME"})
    assert (answer.status_code, answer.json()["company"]) == (409, held.pk)
    assert answer.json()["errors"][0]["field"] == "name"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"), ({"name": ""}, "name"), ({"name": "X", "colour": "red"}, "colour"),
        ({"name": "X", "parent": 999}, "parent"), ({"name": "X", "owner": 999}, "owner"),
        ({"name": "X", "employees": "many"}, "employees"), ({"name": ["X"]}, "name"),
        ({"name": "X", "attributes": {"a__b": 1}}, "attributes.a__b"), ({"name": "X", "tier": "D"}, "tier"),
        ({"name": "X", "id": 5}, "id"), ({"name": "X", "revenue": {"a": 1}}, "revenue"),
    ],
)  # fmt: skip
def test_what_cannot_be_stored_is_a_400_that_names_the_field(as_rep, body, field):
    answer = post(as_rep, "companies/", body)
    assert answer.status_code == 400, answer.content
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert not Company.objects.exists()


def test_a_stale_write_is_a_412_and_a_fresh_one_answers_the_new_state(as_rep):
    company = make_company("Acme", city="Porto")
    url = f"companies/{company.pk}/"
    etag = as_rep.get(f"/api/v1/{url}")["ETag"]
    first = patch(as_rep, url, {"city": "Braga"}, **{"If-Match": etag})
    assert (first.status_code, first.json()["city"], first["ETag"] != etag) == (200, "Braga", True)
    assert patch(as_rep, url, {"city": "Faro"}, **{"If-Match": etag}).status_code == 412
    company.refresh_from_db()
    assert (company.city, company.version) == ("Braga", 2)


def test_what_was_not_given_stays(as_rep, rep):
    company = make_company("Acme", city="Porto", owner=rep, attributes={"a": 1, "b": 2})
    patch(as_rep, f"companies/{company.pk}/", {"attributes": {"b": None}, "owner": None})
    company.refresh_from_db()
    assert (company.city, company.owner, company.attributes) == ("Porto", None, {"a": 1})


def test_an_executive_sees_contact_data_masked_and_writes_nothing(as_executive):
    company = make_company("Acme", phone="+351 22", external_id="C-9", attributes={"a": "Ana"})
    data = as_executive.get(f"/api/v1/companies/{company.pk}/").json()
    assert (data["name"], data["phone"], data["external_id"], data["attributes"]) == (
        "Acme",
        "•••",
        "•••",
        "•••",
    )
    assert post(as_executive, "companies/", {"name": "X"}).status_code == 403
    assert patch(as_executive, f"companies/{company.pk}/", {"city": "X"}).status_code == 403


def test_an_executive_cannot_ask_for_what_is_hidden_from_them(as_executive):
    make_company("Acme", external_id="C-9")
    assert as_executive.get("/api/v1/companies/?external_id=C-9").status_code == 400


def test_lists_cost_the_same_for_ten_as_for_one(as_rep, django_assert_max_num_queries):
    counts = []
    for more in (1, 9):
        for _ in range(more):
            make_company(parent=make_company(), owner=as_rep.user)
        with django_assert_max_num_queries(6) as queries:
            as_rep.get("/api/v1/companies/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- contacts ---------------------------------------------------------------------------------
@pytest.fixture
def company():
    return make_company("Acme")


def test_a_part_is_made_changed_verified_and_removed(as_rep, rep, company):
    lead = make_lead(full_name="Ana Cruz", owner=rep, company=company)
    made = post(as_rep, "contacts/", {"lead": lead.pk, "roles": ["decider"], "stance": "sceptic"})
    assert made.status_code == 201
    data = made.json()
    assert (data["company"]["id"], data["lead"]["full_name"], data["roles"]) == (
        company.pk,
        "Ana Cruz",
        ["decider"],
    )
    url = f"contacts/{data['id']}/"
    changed = patch(
        as_rep,
        url,
        {"stance": "champion", "roles": ["champion", "user"]},
        **{"If-Match": made["ETag"]},
    )
    assert (changed.json()["roles"], changed.json()["stance"]) == (["user", "champion"], "champion")
    assert (
        patch(as_rep, url, {"stance": "blocker"}, **{"If-Match": made["ETag"]}).status_code == 412
    )
    assert post(as_rep, f"{url}verify/", {}).status_code == 200
    assert as_rep.delete(f"/api/v1/{url}").status_code == 204
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"roles": ["king"]},
        {"stance": "fan"},
        {"colour": 1},
        {"pains": "x" * 2001},
        {"roles": "user"},
    ],
)
def test_a_part_that_does_not_exist_is_a_400(as_rep, rep, company, body):
    lead = make_lead(owner=rep, company=company)
    assert post(as_rep, "contacts/", {"lead": lead.pk} | body).status_code == 400


def test_a_lead_without_a_company_or_out_of_reach_is_a_400(as_rep, rep, other_rep, company):
    for lead in (make_lead(owner=rep), make_lead(owner=other_rep, company=company)):
        assert post(as_rep, "contacts/", {"lead": lead.pk}).status_code == 400
    assert not Member.objects.exists()


def test_contacts_are_filtered_and_only_those_within_reach(as_rep, rep, other_rep, company):
    mine = make_member(
        company, make_lead(owner=rep, company=company), roles=["decider"], stance="champion"
    )
    make_member(company, make_lead(owner=rep, company=company), roles=["user"], stance="blocker")
    theirs = make_member(company, make_lead(owner=other_rep, company=company), roles=["decider"])
    elsewhere = make_company()
    make_member(elsewhere, make_lead(owner=other_rep, company=elsewhere), roles=["decider"])

    def ids(query):
        return [row["id"] for row in as_rep.get(f"/api/v1/contacts/?{query}").json()["results"]]

    assert ids(f"company={company.pk}&role=decider") == [mine.pk]
    assert ids("stance=champion") == [mine.pk]
    assert as_rep.get(f"/api/v1/contacts/{theirs.pk}/").status_code == 404
    assert as_rep.get("/api/v1/contacts/?role=king").status_code == 400
    assert as_rep.get("/api/v1/contacts/count/?role=decider").json() == {"count": 1, "exact": True}


def test_an_executive_reads_parts_without_names_or_words(as_executive, company):
    lead = make_lead(full_name="Ana Cruz", company=company)
    make_member(company, lead, roles=["decider"], pains="Pain", note="Remark")
    answer = as_executive.get("/api/v1/contacts/")
    text = answer.content.decode()
    for word in ("Ana", "Pain", "Remark", lead.email):
        assert word not in text
    assert answer.json()["results"][0]["roles"] == ["decider"]
    assert as_executive.get("/api/v1/contacts/?search=Cruz").json()["results"] == []


def test_relations_and_gaps(as_rep, rep, other_rep, company):
    first, second = (make_member(company, make_lead(owner=rep, company=company)) for _ in range(2))
    url = f"contacts/{first.pk}/relations/"
    assert post(as_rep, url, {"target": second.pk, "kind": "reports_to"}).status_code == 201
    back = f"contacts/{second.pk}/relations/"
    assert post(as_rep, back, {"target": first.pk, "kind": "reports_to"}).status_code == 409
    foreign = make_member(company, make_lead(owner=other_rep, company=company))
    assert post(as_rep, url, {"target": foreign.pk, "kind": "influences"}).status_code == 400
    assert Relation.objects.count() == 1
    gaps = as_rep.get(f"/api/v1/companies/{company.pk}/gaps/").json()
    assert {"no_decider", "no_champion"} <= {gap["key"] for gap in gaps}
    assert all(gap["why"] and gap["what"] for gap in gaps)


# --- target lists -----------------------------------------------------------------------------
def test_a_list_is_made_changed_and_filled(as_marketer, marketer, rep, company):
    body = {
        "name": "Depots",
        "purpose": "Win ten",
        "marketing_owner": marketer.pk,
        "sales_owner": rep.pk,
    }
    made = post(as_marketer, "target-lists/", body)
    assert made.status_code == 201
    url = f"target-lists/{made.json()['id']}/"
    assert (
        patch(as_marketer, url, {"name": "Yards"}, **{"If-Match": made["ETag"]}).json()["name"]
        == "Yards"
    )
    assert patch(as_marketer, url, {"name": "X"}, **{"If-Match": made["ETag"]}).status_code == 412
    other = make_company()
    answer = post(as_marketer, f"{url}accounts/", {"add": [company.pk, other.pk], "tier": "A"})
    assert answer.json() == {"added": 2, "removed": 0}
    assert post(
        as_marketer, f"{url}accounts/", {"remove": [other.pk], "add": [company.pk]}
    ).json() == {"added": 0, "removed": 1}
    rows = as_marketer.get(f"/api/v1/{url}companies/").json()["results"]
    assert [(row["company"]["id"], row["tier"]) for row in rows] == [(company.pk, "A")]
    assert (
        as_marketer.get(f"/api/v1/target-lists/?company={company.pk}&owner=me").json()["results"][
            0
        ]["name"]
        == "Yards"
    )


def test_a_company_that_is_not_there_puts_nothing_on(as_marketer, company):
    made = make_target_list()
    answer = post(as_marketer, f"target-lists/{made.pk}/accounts/", {"add": [company.pk, 999]})
    assert answer.status_code == 400
    assert "999" in answer.json()["errors"][0]["message"]
    assert not made.accounts.exists()


def test_a_rep_reads_lists_only(as_rep, company):
    made = make_target_list(companies=[company])
    assert as_rep.get(f"/api/v1/target-lists/{made.pk}/").status_code == 200
    for url in ("target-lists/", f"target-lists/{made.pk}/accounts/"):
        assert post(as_rep, url, {}).status_code == 403
