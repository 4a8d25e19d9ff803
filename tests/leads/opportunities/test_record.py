"""Writing the record: add, change, products, next step; by page and API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.competitors.models import Competitor
from leads.models import Company
from leads.opportunities.models import Opportunity, Product
from portal.accounts.roles import Role
from portal.notifications.models import Notification
from tests.factories import (
    make_company,
    make_competitor,
    make_lead,
    make_opportunity,
    make_product,
    make_user,
)

pytestmark = pytest.mark.django_db
API, JSON = "/api/v1/opportunities/", "application/json"


def add(client, **said):
    return client.post(API, {"name": "Acme"} | said, content_type=JSON)


def change(client, sale, *, headers=None, **said):
    return client.patch(f"{API}{sale.pk}/", said, content_type=JSON, headers=headers or {})


# --- adding -----------------------------------------------------------------------------------
def test_everything_of_the_contract_can_be_said(as_sales_manager, rep, north):
    product, rival = make_product("GTX Pro"), make_competitor("Rival")
    answer = add(
        as_sales_manager, external_id="OPP-1", company="Acme GmbH", owner=rep.email, team=north.pk,
        product="GTXPro", lines=[{"product": product.pk, "quantity": "2", "price": "10.50"}], source="Fair",
        amount="1200.5", currency="usd", stage="Proposal", expected_close_on="2027-01-31",
        competitors=[rival.pk, "Newcomer"], next_step="Call", next_step_on="2026-12-01",
        attributes={"size": 4, "vip": True},
    )  # fmt: skip
    body = answer.json()

    assert answer.status_code == 201, body
    assert answer["Location"].endswith(f"{API}{body['id']}/")
    assert (body["external_id"], body["amount"], body["currency"]) == ("OPP-1", "1200.50", "USD")
    assert body["company"]["name"] == "Acme GmbH"
    assert body["owner"] == {"id": rep.pk, "name": rep.name}
    assert body["stage"] == "proposal"
    assert body["product"]["id"] == product.pk
    assert body["lines"] == [
        {"product": {"id": product.pk, "name": "GTX Pro"}, "quantity": "2.00", "price": "10.50"}
    ]
    assert {row["name"] for row in body["competitors"]} == {"Rival", "Newcomer"}
    assert body["attributes"] == {"size": 4, "vip": True}
    assert as_sales_manager.get(f"{API}{body['id']}/").json() == body
    assert Notification.objects.filter(recipient=rep, kind="opportunity_assigned").exists()


def test_a_rep_owns_what_they_add_and_money_has_a_currency(as_rep, rep, north, settings):
    body = add(as_rep, amount="5").json()

    assert (body["owner"]["id"], body["team"]["id"]) == (rep.pk, north.pk)
    assert body["currency"] == settings.CURRENCY


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"currency": "euro"}, "currency"),
        ({"stage": "won"}, "stage"),
        ({"stage": "nowhere"}, "stage"),
        ({"lead": 999}, "lead"),
        ({"owner": 999}, "owner"),
        ({"product": "No such thing"}, "product"),
        ({"campaign": "no-such"}, "campaign"),
        ({"competitors": ["No decision"]}, "competitors.0"),
        ({"status": "won"}, "status"),
        ({"lost_reason": "x"}, "lost_reason"),
        ({"nonsense": 1}, "nonsense"),
        ({"attributes": {"__proto__": 1}}, "attributes"),
        ({"attributes": {"a": {"b": 1}}}, "attributes"),
        ({"lines": [{"product": None}]}, "lines"),
        ({"expected_close_on": "soon"}, "expected_close_on"),
    ],
)
def test_what_cannot_be_stored_names_its_field_and_stores_nothing(as_rep, said, field):
    answer = add(as_rep, **said)

    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    assert any(row["field"].startswith(field) for row in answer.json()["errors"]), answer.json()
    assert not Opportunity.objects.exists()


def test_one_external_id_one_opportunity(as_rep):
    assert add(as_rep, external_id="X-1").status_code == 201
    again = add(as_rep, external_id="X-1")

    assert again.status_code == 400
    assert again.json()["errors"][0]["field"] == "external_id"
    assert Opportunity.objects.count() == 1


def test_a_repeated_call_with_a_key_makes_one(as_rep):
    answers = [
        as_rep.post(API, {"name": "Once"}, content_type=JSON, headers={"Idempotency-Key": "k-1"})
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Opportunity.objects.count() == 1


def test_marketers_and_executives_do_not_add(as_marketer, as_executive):
    for client in (as_marketer, as_executive):
        assert add(client).status_code == 403
        assert client.get("/opportunities/new/").status_code == 403


def test_the_form_starts_with_what_the_lead_says_and_a_double_click_makes_one(as_rep, rep, north):
    lead = make_lead(owner=rep, team=north, company=make_company("Acme"), source="Fair")
    page = as_rep.get(f"/opportunities/new/?lead={lead.pk}")
    form = page.context["form"]
    assert 'value="Acme"' in page.content.decode()
    said = {
        "form_token": form["form_token"].value(), "lead": lead.pk, "name": "Acme", "company_name": "Acme",
        "source": "Fair", "owner": rep.pk, "amount": "10", "new_competitors": "Rival, Second",
    }  # fmt: skip

    first, second = (as_rep.post("/opportunities/new/", said) for _ in range(2))
    assert first.status_code == 302, first.context["form"].errors
    made = Opportunity.objects.get()
    assert first.url == second.url == f"/opportunities/{made.pk}/"
    assert (made.lead, made.company.name, made.amount) == (lead, "Acme", Decimal(10))
    assert {row.name for row in made.competitors.all()} == {"Rival", "Second"}
    lead.refresh_from_db()
    assert lead.stage.kind == "opportunity"


def test_a_wrong_form_keeps_what_was_typed(as_rep):
    answer = as_rep.post(
        "/opportunities/new/", {"name": "", "company_name": "Typed Ltd", "amount": "x"}
    )

    assert answer.status_code == 422
    assert "Typed Ltd" in answer.content.decode()
    assert not Company.objects.exists()
    assert (
        as_rep.post(
            "/opportunities/new/", {"name": "A", "new_competitors": "No decision"}
        ).status_code
        == 422
    )
    assert not Competitor.objects.exists()


# --- changing ---------------------------------------------------------------------------------
@pytest.fixture
def sale(rep, north):
    return make_opportunity(name="Acme", owner=rep, team=north, amount=100, source="Web")


def test_an_amount_that_changes_stands_in_the_history(as_rep, sale):
    body = change(as_rep, sale, amount="250").json()
    entry = sale.changes.get()

    assert (body["amount"], body["version"]) == ("250.00", 2)
    assert (entry.kind, entry.amount_before, entry.amount_after) == ("valued", 100, 250)
    assert "Amount from €100 to €250" in as_rep.get(f"/opportunities/{sale.pk}/").content.decode()
    assert change(as_rep, sale, amount="250").json()["version"] == 2, "nothing new, nothing written"


def test_a_value_can_be_taken_away(as_rep, sale):
    make = change(as_rep, sale, amount=None, source="", attributes={"a": 1}).json()
    assert (make["amount"], make["source"], make["attributes"]) == (None, "", {"a": 1})
    assert change(as_rep, sale, attributes={"a": None}).json()["attributes"] == {}


def test_a_stale_write_is_a_412_and_loses_nothing(as_rep, as_sales_manager, sale):
    etag = as_rep.get(f"{API}{sale.pk}/")["ETag"]
    change(as_sales_manager, sale, source="Fair")

    late = change(as_rep, sale, headers={"If-Match": etag}, source="Mail")
    assert late.status_code == 412
    assert Opportunity.objects.get().source == "Fair"
    fresh = as_rep.get(f"{API}{sale.pk}/")["ETag"]
    assert change(as_rep, sale, headers={"If-Match": fresh}, source="Mail").status_code == 200


def form_data(client, sale, **changed):
    """What a browser would send after changing some fields."""
    form = client.get(f"/opportunities/{sale.pk}/edit/").context["form"]
    data = {}
    for name, bound in ((bound.name, bound) for bound in form):
        shown = bound.field.prepare_value(bound.value())
        value = shown if isinstance(shown, list) else "" if shown is None else shown
        data[name] = value
        if bound.field.show_hidden_initial:
            data[f"initial-{name}"] = value
    return data | changed


def test_two_people_on_different_fields_are_merged(as_rep, as_sales_manager, sale):
    mine = form_data(as_rep, sale, source="Fair")
    theirs = form_data(as_sales_manager, sale, name="Acme two")

    assert as_sales_manager.post(f"/opportunities/{sale.pk}/edit/", theirs).status_code == 302
    assert as_rep.post(f"/opportunities/{sale.pk}/edit/", mine).status_code == 302
    sale.refresh_from_db()
    assert (sale.name, sale.source, sale.version) == ("Acme two", "Fair", 3)


def test_two_people_on_one_field_see_both_texts_and_choose(as_rep, as_sales_manager, sale):
    mine = form_data(as_rep, sale, name="Mine", source="Fair")
    as_sales_manager.post(
        f"/opportunities/{sale.pk}/edit/", form_data(as_sales_manager, sale, name="Theirs")
    )
    conflict = as_rep.post(f"/opportunities/{sale.pk}/edit/", mine)
    text = conflict.content.decode()

    assert conflict.status_code == 422
    assert "Mine" in text
    assert "Theirs" in text
    assert Opportunity.objects.get().name == "Theirs"
    form = conflict.context["form"]
    again = {name: form.data.getlist(name) for name in form.data}
    answer = as_rep.post(f"/opportunities/{sale.pk}/edit/", again | {"keep_name": "theirs"})
    assert answer.status_code == 302, answer.content.decode()[:500]
    sale.refresh_from_db()
    assert (sale.name, sale.source) == ("Theirs", "Fair")


def test_a_form_without_a_change_writes_nothing(as_rep, sale):
    as_rep.post(f"/opportunities/{sale.pk}/edit/", form_data(as_rep, sale))
    sale.refresh_from_db()

    assert sale.version == 1


# --- owners -----------------------------------------------------------------------------------
def test_a_rep_takes_what_is_free_and_gives_back_but_does_not_give_away(as_rep, rep, north):
    mate = make_user(Role.REP, teams=[north])
    free = make_opportunity(team=north, owner_name="Somebody Gone")
    mates = make_opportunity(owner=mate, team=north)

    taken = change(as_rep, free, owner="me").json()
    assert (taken["owner"]["id"], taken["owner_name"]) == (rep.pk, "")
    assert change(as_rep, free, owner=mate.pk).status_code == 400
    assert change(as_rep, mates, owner="me").status_code == 400
    assert change(as_rep, free, owner=None).json()["owner"] is None


def test_a_manager_gives_it_to_whom_they_choose_and_both_hear(
    as_sales_manager, rep, other_rep, south, sale
):
    body = change(as_sales_manager, sale, owner=other_rep.pk).json()

    assert (body["owner"]["id"], body["team"]["id"]) == (other_rep.pk, south.pk)
    told = set(Notification.objects.values_list("recipient", "kind"))
    assert {(rep.pk, "opportunity_assigned"), (other_rep.pk, "opportunity_assigned")} <= told
    assert change(as_sales_manager, sale, owner=make_user(Role.MARKETER).pk).status_code == 400


# --- products and steps -------------------------------------------------------------------------
def lines(*rows, initial=0):
    data = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": initial}
    for number, (product, quantity, price) in enumerate(rows):
        data |= {
            f"lines-{number}-product": product.pk if product else "",
            f"lines-{number}-quantity": quantity,
            f"lines-{number}-price": price,
        }
    return data


def test_several_products_each_with_number_and_price(as_rep, sale):
    one, two = make_product("One"), make_product("Two")
    url = f"/opportunities/{sale.pk}/products/"

    assert (
        as_rep.post(url, lines((one, "2", "10"), (two, "", ""), (None, "", ""))).status_code == 302
    )
    stored = {line.product.name: (line.quantity, line.price) for line in sale.lines.all()}
    assert stored == {"One": (2, 10), "Two": (1, None)}
    page = as_rep.get(f"/opportunities/{sale.pk}/").content.decode()
    assert "€20" in page
    assert as_rep.post(url, lines((one, "1", ""), (one, "1", ""))).status_code == 422
    assert as_rep.post(url, lines((None, "3", ""))).status_code == 422
    assert as_rep.post(url, lines((one, "0", ""))).status_code == 422
    assert sale.lines.count() == 2
    assert as_rep.post(url, lines((None, "", ""), initial=1)).status_code == 302
    assert not sale.lines.exists()


def test_the_next_step_and_whether_it_is_late(as_rep, sale):
    as_rep.post(
        f"/opportunities/{sale.pk}/next-step/", {"next_step": "Call", "next_step_on": "2020-01-01"}
    )
    page = as_rep.get(f"/opportunities/{sale.pk}/").content.decode()

    assert "Call" in page
    assert "Overdue" in page


# --- the page ---------------------------------------------------------------------------------
def test_the_record_shows_people_of_the_company_within_its_budget(as_rep, rep, north):
    company = make_company("Acme")
    sale = make_opportunity(
        owner=rep, team=north, company=company, competitors=[make_competitor("Rival")]
    )
    for _ in range(12):
        make_lead(company=company, owner=rep)
    with CaptureQueriesContext(connection) as asked:
        page = as_rep.get(f"/opportunities/{sale.pk}/").content.decode()

    assert page.count('href="/leads/') >= 10
    assert "Rival" in page
    assert f"/feedback/on/opportunities.opportunity/{sale.pk}/" in page
    assert len(asked) <= 20


def test_feedback_hangs_on_it_for_those_who_may_see_it(as_rep, as_other_rep, sale):
    url = f"/feedback/on/opportunities.opportunity/{sale.pk}/"

    assert as_rep.get(url).status_code == 200
    assert as_other_rep.get(url).status_code == 404


def test_what_is_sold_and_met_can_be_read_by_api(as_rep):
    make_product("GTX Pro")
    make_competitor("Rival")

    assert [r["name"] for r in as_rep.get("/api/v1/products/").json()["results"]] == ["GTX Pro"]
    assert [r["name"] for r in as_rep.get("/api/v1/competitors/").json()["results"]] == ["Rival"]
    stages = as_rep.get("/api/v1/opportunity-stages/").json()["results"]
    assert [row["slug"] for row in stages][-2:] == ["won", "lost"]
    assert as_rep.post("/api/v1/products/", {"name": "X"}, content_type=JSON).status_code == 405


def test_another_team_is_chosen_by_the_owner_or_a_manager(as_rep, as_sales_manager, north, south):
    mates = make_opportunity(owner=make_user(Role.REP, teams=[north]), team=north)
    path, body = f"/api/v1/opportunities/{mates.pk}/", {"team": south.pk}

    refused = as_rep.patch(path, body, content_type="application/json")
    mates.refresh_from_db()
    assert (refused.status_code, mates.team) == (400, north)
    assert refused.json()["errors"][0]["field"] == "team"

    assert as_sales_manager.patch(path, body, content_type="application/json").status_code == 200
    mates.refresh_from_db()
    assert mates.team == south


@pytest.mark.parametrize(
    "wrong",
    [{"lead": 10**9}, {"name": ""}, {"owner": 10**9}, {"team": "nowhere"}, {"external_id": "D-1"}],
)
def test_a_refused_call_leaves_no_company_competitor_or_product(as_sales_manager, rep, wrong):
    sale = make_opportunity(owner=rep, external_id="D-2")
    make_opportunity(external_id="D-1")
    lead = make_lead(owner=rep)
    body = {"name": "New", "company": "Left GmbH", "competitors": ["Left Ltd"], "product": "Left"}
    calls = [(API, "post"), (f"{API}{sale.pk}/", "patch")]
    calls += [(f"/api/v1/leads/{lead.pk}/convert/", "post")] if "lead" not in wrong else []

    for path, method in calls:
        answer = getattr(as_sales_manager, method)(path, body | wrong, content_type=JSON)
        assert answer.status_code == 400, (path, answer.content)
    assert not Company.objects.filter(name__startswith="Left").exists()
    assert not Competitor.objects.filter(name__startswith="Left").exists()
    assert not Product.objects.filter(name__startswith="Left").exists()


def test_a_refused_form_leaves_no_company_or_competitor(as_rep):
    make_opportunity(external_id="D-1")
    form = {"name": "New", "company_name": "Left GmbH", "new_competitors": "Left Ltd"}

    answer = as_rep.post("/opportunities/new/", form | {"external_id": "D-1"})

    assert answer.status_code == 422
    assert "already has this external id" in answer.content.decode()
    assert not Company.objects.filter(name__startswith="Left").exists()
    assert not Competitor.objects.filter(name__startswith="Left").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("team", "x" * 100_000),
        ("campaign", "x" * 100_000),
        ("competitors", ["Rival"] * 51),
        ("lines", [{"product": 1}] * 51),
    ],
)
def test_what_is_far_too_long_is_refused_before_it_is_looked_for(
    as_rep, field, value, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        answer = add(as_rep, **{field: value})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(field)
