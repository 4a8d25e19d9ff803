"""Moving, closing, reopening: page and API together."""

from __future__ import annotations

import pytest

from campaigns.competitors.models import Competitor
from leads.models import StageChange
from leads.opportunities.models import Opportunity, OpportunityChange, OpportunityStage
from portal.notifications.models import Notification
from tests.factories import (
    make_competitor,
    make_lead,
    make_opportunity,
    make_persona,
    make_sales_stage,
)

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def sale(rep, north):
    return make_opportunity(name="Acme", owner=rep, team=north, amount=1000)


def close(client, sale, **said):
    return client.post(f"/api/v1/opportunities/{sale.pk}/close/", said, content_type=JSON)


# --- moving -----------------------------------------------------------------------------------
@pytest.mark.parametrize("url", ["/opportunities/{pk}/stage/", "/api/v1/opportunities/{pk}/stage/"])
def test_a_sale_moves_forward_and_back(as_rep, sale, url):
    for slug in ("proposal", "qualification"):
        assert as_rep.post(url.format(pk=sale.pk), {"stage": slug}).status_code in {200, 302}
    sale.refresh_from_db()

    assert (sale.stage.slug, sale.version) == ("qualification", 3)
    moves = [(c.from_stage.slug, c.to_stage.slug) for c in sale.changes.order_by("pk")]
    assert moves == [("prospecting", "proposal"), ("proposal", "qualification")]


@pytest.mark.parametrize("url", ["/opportunities/{pk}/stage/", "/api/v1/opportunities/{pk}/stage/"])
def test_to_the_same_stage_and_to_an_end_it_does_not_move(as_rep, sale, url):
    assert as_rep.post(url.format(pk=sale.pk), {"stage": "prospecting"}).status_code == 409
    assert as_rep.post(url.format(pk=sale.pk), {"stage": "won"}).status_code in {409, 422}
    assert as_rep.post(url.format(pk=sale.pk), {"stage": "nowhere"}).status_code in {400, 422}
    assert not sale.changes.exists()


def test_from_a_board_that_is_out_of_date_nothing_moves(as_rep, sale):
    as_rep.post(f"/opportunities/{sale.pk}/stage/", {"stage": "proposal"})
    late = as_rep.post(
        f"/opportunities/{sale.pk}/stage/", {"stage": "qualification", "seen": "prospecting"}
    )

    assert late.status_code == 409
    assert "moved Acme to Proposal meanwhile" in late.content.decode()
    assert Opportunity.objects.get().stage.slug == "proposal"


def test_the_owner_hears_what_others_do(as_sales_manager, rep, sale):
    as_sales_manager.post(f"/opportunities/{sale.pk}/stage/", {"stage": "proposal"})

    told = Notification.objects.get(recipient=rep, kind="opportunity_changed")
    assert told.text == "Acme moved from Prospecting to Proposal."
    assert told.url == f"/opportunities/{sale.pk}/"


# --- closing ----------------------------------------------------------------------------------
def test_won_with_what_persuaded_makes_the_lead_a_customer(as_rep, rep, north):
    persona = make_persona()
    lead = make_lead(owner=rep, team=north, stage="opportunity", persona=persona)
    sale = make_opportunity(owner=rep, lead=lead)

    body = close(as_rep, sale, status="won", reason="The support team").json()
    lead.refresh_from_db()

    assert (body["status"], body["stage"], body["won_reason"]) == ("won", "won", "The support team")
    assert body["closed_at"] is not None
    assert (body["lost_reason"], body["outcome_to"], body["competitor"]) == ("", "", None)
    assert body["persona"] == persona.slug
    assert (lead.stage.kind, lead.status) == ("customer", "won")


@pytest.mark.parametrize("said", [{}, {"reason": "Too dear"}, {"outcome_to": "no_decision"}])
def test_nothing_keeps_anybody_from_closing(as_rep, sale, said):
    answer = close(as_rep, sale, status="lost", **said)
    sale.refresh_from_db()

    assert answer.status_code == 200
    assert (sale.status, sale.stage.slug) == ("lost", "lost")
    assert sale.lost_reason == said.get("reason", "")
    assert sale.outcome_to == said.get("outcome_to", "")


def test_lost_to_a_competitor_known_or_new(as_rep, sale, rep):
    rival = make_competitor("Rival Ltd")
    body = close(as_rep, sale, status="lost", competitor="rival-ltd").json()
    assert (body["competitor"]["id"], body["outcome_to"]) == (rival.pk, "competitor")
    assert [row["id"] for row in body["competitors"]] == [rival.pk]

    other = make_opportunity(owner=rep)
    body = close(as_rep, other, status="lost", competitor="Newcomer", reason="Price").json()
    assert body["competitor"]["name"] == "Newcomer"
    assert Competitor.objects.count() == 2

    third = make_opportunity(owner=rep)
    assert (
        close(as_rep, third, status="lost", competitor=rival.pk).json()["competitor"]["id"]
        == rival.pk
    )


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("No decision", "no_decision"),
        ("in-house", "in_house"),
        ("Unknown", "unknown"),
        ("?", "unknown"),
    ],
)
def test_what_is_no_competitor_becomes_none(as_rep, sale, text, outcome):
    body = close(as_rep, sale, status="lost", competitor=text).json()

    assert (body["outcome_to"], body["competitor"]) == (outcome, None)
    assert not Competitor.objects.exists()


def test_who_was_beaten_took_part_but_took_nothing(as_rep, sale):
    body = close(as_rep, sale, status="won", competitor="Rival").json()

    assert body["competitor"] is None
    assert [row["name"] for row in body["competitors"]] == ["Rival"]


@pytest.mark.parametrize(
    "said", [{"status": "open"}, {"status": "maybe"}, {}, {"status": "lost", "competitor": 99}]
)
def test_what_cannot_be_meant_is_a_400_that_changes_nothing(as_rep, sale, said):
    assert close(as_rep, sale, **said).status_code == 400
    assert Opportunity.objects.get(pk=sale.pk).status == "open"


def test_closed_on_a_day_of_the_past_but_not_before_it_was_opened(as_rep, rep):
    from datetime import UTC, datetime

    sale = make_opportunity(owner=rep, created_at=datetime(2026, 3, 1, tzinfo=UTC))
    early = close(as_rep, sale, status="won", closed_at="2026-02-01T00:00:00Z")
    assert early.status_code == 409
    assert close(as_rep, sale, status="won", closed_at="2099-02-01T00:00:00Z").status_code == 409

    assert close(as_rep, sale, status="won", closed_at="2026-04-02T10:00:00Z").status_code == 200
    sale.refresh_from_db()
    assert sale.closed_at == datetime(2026, 4, 2, 10, tzinfo=UTC)


def test_the_form_asks_to_whom_and_closes(as_rep, sale):
    page = as_rep.get(f"/opportunities/{sale.pk}/close/?status=lost").content.decode()
    for words in (
        "If lost: to whom?",
        "No decision and in-house are kept apart",
        "What persuaded them",
    ):
        assert words in page
    rival = make_competitor("Rival")

    answer = as_rep.post(
        f"/opportunities/{sale.pk}/close/",
        {"status": "lost", "outcome_to": "competitor", "competitor": rival.pk, "reason": "Price"},
    )
    sale.refresh_from_db()
    assert answer.url == f"/opportunities/{sale.pk}/"
    assert (sale.competitor, sale.lost_reason) == (rival, "Price")
    record = as_rep.get(answer.url).content.decode()
    assert "Lost to Rival." in record
    assert "Lost to them" in record


@pytest.mark.parametrize("url", ["/opportunities/{pk}/close/", "/api/v1/opportunities/{pk}/close/"])
def test_twice_it_is_refused_and_says_so(as_rep, sale, url):
    as_rep.post(url.format(pk=sale.pk), {"status": "won"})
    again = as_rep.post(url.format(pk=sale.pk), {"status": "lost"})

    assert again.status_code == 409
    assert "already won" in again.content.decode()
    assert Opportunity.objects.get().status == "won"
    assert OpportunityChange.objects.count() == 1


@pytest.mark.parametrize("url", ["/opportunities/{pk}/close/", "/api/v1/opportunities/{pk}/close/"])
def test_a_rep_closes_their_own_and_a_manager_those_of_the_team(
    as_rep, as_sales_manager, as_marketer, as_executive, north, url
):
    from portal.accounts.roles import Role
    from tests.factories import make_user

    mates = make_opportunity(owner=make_user(Role.REP, teams=[north]), team=north)
    path = url.format(pk=mates.pk)

    assert as_rep.get(f"/opportunities/{mates.pk}/").status_code == 200, "visible to the team"
    assert as_rep.post(path, {"status": "won"}).status_code == 404
    assert as_marketer.post(path, {"status": "won"}).status_code == 403
    assert as_executive.post(path, {"status": "won"}).status_code == 403
    assert as_sales_manager.post(path, {"status": "won"}).status_code in {200, 302}


# --- reopening --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url", ["/opportunities/{pk}/reopen/", "/api/v1/opportunities/{pk}/reopen/"]
)
def test_back_to_where_it_was_with_a_reason(as_rep, rep, url):
    lead = make_lead(owner=rep, stage="opportunity")
    sale = make_opportunity(owner=rep, lead=lead, stage="Negotiation")
    as_rep.post(f"/opportunities/{sale.pk}/close/", {"status": "won", "reason": "Price"})

    assert as_rep.post(url.format(pk=sale.pk), {"reason": ""}).status_code in {400, 422}
    assert as_rep.post(url.format(pk=sale.pk), {"reason": "They withdrew"}).status_code in {
        200,
        302,
    }
    sale.refresh_from_db()
    lead.refresh_from_db()

    assert (sale.status, sale.stage.slug, sale.closed_at, sale.won_reason) == (
        "open",
        "negotiation",
        None,
        "",
    )
    assert (lead.stage.kind, lead.status) == ("opportunity", "open")
    assert StageChange.objects.filter(lead=lead).count() == 2
    assert as_rep.post(url.format(pk=sale.pk), {"reason": "Again"}).status_code == 409
    kinds = list(sale.changes.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["won", "reopened"]


def test_a_customer_by_another_sale_stays_one(as_rep, rep):
    lead = make_lead(owner=rep, stage="opportunity")
    first, second = (make_opportunity(owner=rep, lead=lead) for _ in range(2))
    for sale in (first, second):
        close(as_rep, sale, status="won")
    as_rep.post(f"/opportunities/{first.pk}/reopen/", {"reason": "Cancelled"})
    lead.refresh_from_db()

    assert lead.status == "won"


def test_a_lost_lead_that_buys_after_all_is_a_customer(as_rep, rep):
    lead = make_lead(owner=rep, stage="opportunity", status="lost", lost_reason="Silence")
    sale = make_opportunity(owner=rep, lead=lead)
    assert close(as_rep, sale, status="won").status_code == 200
    lead.refresh_from_db()

    assert (lead.status, lead.stage.kind) == ("won", "customer")


def test_a_stage_out_of_use_takes_nothing_new_but_ends_still_work(as_rep, sale):
    OpportunityStage.objects.filter(slug__in=["proposal", "lost"]).update(is_active=False)

    moved = as_rep.post(
        f"/api/v1/opportunities/{sale.pk}/stage/", {"stage": "proposal"}, content_type=JSON
    )
    assert moved.status_code == 400
    assert close(as_rep, sale, status="lost").status_code == 200


def test_stage_names_of_files_mean_the_usual_ones_or_become_their_own(db):
    found = {
        text: make_sales_stage(text)
        for text in ("Closed Won", "closedlost", "proposal_sent", "Engaging", "ENGAGING ")
    }

    assert [found[t].slug for t in ("Closed Won", "closedlost", "proposal_sent")] == [
        "won",
        "lost",
        "proposal",
    ]
    assert found["Engaging"] == found["ENGAGING "]
    assert (found["Engaging"].status, found["Engaging"].is_active) == ("open", True)
