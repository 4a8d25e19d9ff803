"""A lead becomes an opportunity: once, with what it knows, by page and API alike."""

from __future__ import annotations

import pytest

from leads.models import Lead, StageChange
from leads.opportunities.models import Opportunity, OpportunityChange
from portal.notifications.models import Notification
from tests.factories import make_campaign, make_company, make_lead, make_opportunity, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(rep, north):
    return make_lead(
        owner=rep,
        team=north,
        company=make_company("Acme"),
        source="Fair",
        campaign=make_campaign(),
        stage="sal",
    )


def test_it_links_to_what_exists_and_moves_the_lead(as_rep, rep, north, lead):
    answer = as_rep.post(f"/api/v1/leads/{lead.pk}/convert/")
    made = Opportunity.objects.get()
    lead.refresh_from_db()

    assert answer.status_code == 201
    assert answer.json()["id"] == made.pk
    assert answer["Location"].endswith(f"/opportunities/{made.pk}/")
    assert (made.lead, made.company, made.owner, made.team) == (lead, lead.company, rep, north)
    assert (made.source, made.campaign, made.name) == ("Fair", lead.campaign, "Acme")
    assert (made.stage.slug, made.status) == ("prospecting", "open")
    assert lead.stage.kind == "opportunity"
    assert StageChange.objects.filter(lead=lead).count() == 1
    assert made.changes.get().kind == OpportunityChange.Kind.OPENED


@pytest.mark.parametrize("url", ["/leads/{pk}/convert/", "/api/v1/leads/{pk}/convert/"])
def test_asked_twice_it_is_the_same_one(as_rep, lead, url):
    first = as_rep.post(url.format(pk=lead.pk), {})
    again = as_rep.post(url.format(pk=lead.pk), {})

    assert Opportunity.objects.count() == 1
    assert StageChange.objects.filter(lead=lead).count() == 1
    if "api" in url:
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["id"] == again.json()["id"]
    else:
        assert first.url == again.url == f"/opportunities/{Opportunity.objects.get().pk}/"


def test_the_same_form_makes_one_even_when_it_was_closed_meanwhile(as_rep, lead):
    as_rep.post(f"/leads/{lead.pk}/convert/", {"form_token": "t1"})
    made = Opportunity.objects.get()
    as_rep.post(f"/opportunities/{made.pk}/close/", {"status": "lost"})

    again = as_rep.post(f"/leads/{lead.pk}/convert/", {"form_token": "t1"})
    assert again.url == f"/opportunities/{made.pk}/"
    assert Opportunity.objects.count() == 1

    as_rep.post(f"/leads/{lead.pk}/convert/", {"form_token": "t2"})
    assert Opportunity.objects.count() == 2, "a closed one does not stand in the way of the next"


def test_what_is_known_already_can_be_said(as_rep, lead):
    product = make_product("GTX Pro")
    answer = as_rep.post(
        f"/api/v1/leads/{lead.pk}/convert/",
        {"amount": "12400.50", "product": "gtxpro", "expected_close_on": "2027-03-31"},
        content_type="application/json",
    )

    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["amount"], body["currency"]) == ("12400.50", "EUR")
    assert body["product"] == {"id": product.pk, "name": "GTX Pro"}
    assert body["name"] == "Acme, GTX Pro"


def test_a_name_made_by_the_portal_never_names_the_person(as_rep, rep):
    lead = make_lead(owner=rep, first_name="Ana", last_name="Secret")
    as_rep.post(f"/api/v1/leads/{lead.pk}/convert/")

    assert Opportunity.objects.get().name == f"Opportunity from lead {lead.pk}"


def test_a_lead_of_the_pool_becomes_the_reps_own(as_rep, rep, north):
    lead = make_lead(team=north)
    as_rep.post(f"/api/v1/leads/{lead.pk}/convert/")
    lead.refresh_from_db()

    assert (lead.owner, Opportunity.objects.get().owner) == (rep, rep)


def test_the_owner_of_the_lead_keeps_it_and_hears_of_it(as_sales_manager, rep, lead):
    as_sales_manager.post(f"/api/v1/leads/{lead.pk}/convert/")

    assert Opportunity.objects.get().owner == rep
    kinds = Notification.objects.filter(recipient=rep).values_list("kind", flat=True)
    assert "opportunity_assigned" in kinds


def test_a_customer_stays_one_and_a_lost_lead_is_refused(as_rep, rep):
    customer = make_lead(owner=rep, stage="customer", status="won")
    as_rep.post(f"/api/v1/leads/{customer.pk}/convert/")
    customer.refresh_from_db()
    assert (customer.stage.kind, customer.status) == ("customer", "won")

    lost = make_lead(owner=rep, status="lost", lost_reason="No budget")
    answer = as_rep.post(f"/api/v1/leads/{lost.pk}/convert/")
    assert answer.status_code == 409
    assert "Reopen it" in answer.json()["detail"]
    assert not Opportunity.objects.filter(lead=lost).exists()


@pytest.mark.parametrize("url", ["/leads/{pk}/convert/", "/api/v1/leads/{pk}/convert/"])
def test_somebody_elses_lead_does_not_exist_and_marketers_do_not_convert(
    as_other_rep, as_marketer, lead, url
):
    assert as_other_rep.post(url.format(pk=lead.pk)).status_code == 404
    assert as_marketer.post(url.format(pk=lead.pk)).status_code == 403
    assert not Opportunity.objects.exists()


def test_the_panel_of_the_lead_offers_it_and_then_shows_it(as_rep, as_executive, lead):
    assert (
        "Make it an opportunity" in as_rep.get(f"/leads/{lead.pk}/opportunities/").content.decode()
    )
    assert f'/leads/{lead.pk}/opportunities/"' in as_rep.get(f"/leads/{lead.pk}/").content.decode()
    as_rep.post(f"/leads/{lead.pk}/convert/", {})

    page = as_rep.get(f"/leads/{lead.pk}/opportunities/").content.decode()
    assert "Make it an opportunity" not in page
    assert f"/opportunities/{Opportunity.objects.get().pk}/" in page
    assert "Make it" not in as_executive.get(f"/leads/{lead.pk}/opportunities/").content.decode()


def test_the_panel_shows_only_what_one_may_see(as_rep, lead, other_rep, south):
    make_opportunity(name="Theirs", lead=lead, owner=other_rep, team=south)

    page = as_rep.get(f"/leads/{lead.pk}/opportunities/").content.decode()
    assert "Theirs" not in page


def test_the_timeline_of_the_lead_tells_it(as_rep, lead):
    as_rep.post(f"/api/v1/leads/{lead.pk}/convert/")
    made = Opportunity.objects.get()
    as_rep.post(
        f"/api/v1/opportunities/{made.pk}/close/",
        {"status": "won", "reason": "Best support"},
        content_type="application/json",
    )

    texts = [
        row["text"] for row in as_rep.get(f"/api/v1/leads/{lead.pk}/timeline/").json()["results"]
    ]
    assert "Opportunity won" in texts
    assert "Opportunity opened in Prospecting" in texts
    assert Lead.objects.get(pk=lead.pk).status == "won"
