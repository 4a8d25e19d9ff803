"""Offering a lead: what must hold, who is asked, what begins with it [R9, R11]."""

from __future__ import annotations

import pytest

from leads.handoffs.models import Handoff
from leads.services import Contact, log_touchpoint
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from portal.slas.models import Clock
from tests.factories import (
    make_company,
    make_handoff,
    make_lead,
    make_persona,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db
JSON = "application/json"


def offer(client, lead, **data):
    return client.post(f"/api/v1/leads/{lead.pk}/handoff/", data, content_type=JSON)


def test_it_reaches_whoever_is_asked(as_marketer, rep, ready):
    answer = offer(as_marketer, ready, to=rep.pk, note="Asked for a price")

    assert answer.status_code == 201
    body = answer.json()
    assert (body["state"], body["to"]["id"], body["note"]) == (
        "offered",
        rep.pk,
        "Asked for a price",
    )
    assert answer.headers["Location"] == f"/api/v1/handoffs/{body['id']}/"
    assert rep.notifications.get().url == f"/handoffs/{body['id']}/"
    assert rep.tasks.get().title == f"Accept or reject {ready}"


def test_the_page_offers_too(as_marketer, rep, ready):
    page = as_marketer.get(f"/leads/{ready.pk}/handoff/")
    assert "The agreed criteria, checked" in page.content.decode()

    answer = as_marketer.post(f"/leads/{ready.pk}/handoff/", {"to": rep.pk})

    handoff = Handoff.objects.get()
    assert answer.headers["Location"] == handoff.get_absolute_url()
    assert (handoff.lead, handoff.to) == (ready, rep)


def test_it_stands_on_the_timeline(as_marketer, rep, ready):
    offer(as_marketer, ready, to=rep.pk)

    page = as_marketer.get(f"/leads/{ready.pk}/").content.decode()
    assert "Offered to sales" in page


def test_the_clock_of_the_agreement_runs(agreed, as_marketer, rep, ready):
    due_at = offer(as_marketer, ready, to=rep.pk).json()["due_at"]

    clock = Clock.objects.get()
    assert (clock.commitment, clock.owner, clock.department) == ("handoff_answer", rep, "sales")
    assert due_at is not None
    assert rep.tasks.get().due_at == clock.due_at


@pytest.mark.parametrize("surface", ["page", "api"])
def test_a_lead_that_lacks_agreed_data_is_not_offered(funnel, as_marketer, rep, ready, surface):
    if surface == "api":
        answer = offer(as_marketer, ready, to=rep.pk)
        assert answer.status_code == 409
        assert "Missing: Fits a persona, Company, Persona" in answer.json()["detail"]
    else:
        page = as_marketer.get(f"/leads/{ready.pk}/handoff/").content.decode()
        assert "It cannot be offered yet." in page
    assert not Handoff.objects.exists()


def test_what_is_complete_is_judged_by_the_definition_in_force(funnel, as_marketer, rep):
    persona = make_persona(agreed=True)
    lead = make_lead(
        stage="mql", source="Web", company=make_company(), persona=persona, phone="+49 30 1234567"
    )

    answer = offer(as_marketer, lead, to=rep.pk).json()

    assert answer["definition"] == funnel.document.in_force.number
    assert {check["line"]: check["met"] for check in answer["checks"]} == {
        "Fits a persona": True,
        "Reached the agreed score or asked to be called": False,
        "Name": True,
        "E-mail or telephone number": True,
        "Company": True,
        "Source": True,
        "Persona": True,
    }


def test_what_the_portal_cannot_check_is_confirmed_on_the_form(funnel, as_marketer, rep):
    lead = make_lead(
        stage="mql", source="Web", company=make_company(), persona=make_persona(agreed=True)
    )
    url = f"/leads/{lead.pk}/handoff/"

    assert as_marketer.post(url, {"to": rep.pk}).status_code == 422
    assert as_marketer.post(url, {"to": rep.pk, "vouch_0": "on"}).status_code == 302


def test_offering_says_that_it_meets_the_definition(as_marketer, rep):
    early = make_lead(source="Web")

    offer(as_marketer, early, to=rep.pk)

    early.refresh_from_db()
    assert early.stage.kind == "mql"
    assert early.stage_changes.get().reason == "Offered to sales"


def test_one_open_handoff_a_lead(as_marketer, rep, ready):
    assert offer(as_marketer, ready, to=rep.pk).status_code == 201
    second = offer(as_marketer, ready)

    assert second.status_code == 409
    assert f"offered to {rep} already" in second.json()["detail"]
    assert Handoff.objects.count() == 1


def test_who_was_contacted_already_is_never_offered_as_new(as_marketer, rep, ready):
    log_touchpoint(lead=ready, contact=Contact(kind="call"), by=rep)

    answer = offer(as_marketer, ready)

    assert answer.status_code == 409
    assert f"{rep} has been in contact" in answer.json()["detail"]


def test_a_call_of_marketing_is_no_contact_of_sales(as_marketer, marketer, rep, ready):
    log_touchpoint(lead=ready, contact=Contact(kind="call"), by=marketer)

    assert offer(as_marketer, ready, to=rep.pk).status_code == 201


@pytest.mark.parametrize("stage", ["sal", "sql", "opportunity"])
def test_what_sales_has_taken_on_is_not_offered(as_marketer, stage):
    assert offer(as_marketer, make_lead(stage=stage)).status_code == 409


def test_a_lost_lead_is_not_offered(as_marketer):
    lead = make_lead(stage="mql", status="lost", lost_reason="No budget")

    assert offer(as_marketer, lead).status_code == 409


def test_nobody_in_marketing_is_asked(as_marketer, marketer, ready):
    assert offer(as_marketer, ready, to=marketer.pk).status_code == 400


def test_reps_do_not_offer(as_rep, ready):
    assert offer(as_rep, ready).status_code == 403


def test_without_rules_anybody_in_sales_may_take_it(as_marketer, as_rep, ready):
    handoff = offer(as_marketer, ready).json()

    assert (handoff["to"], handoff["team"]) == (None, None)
    assert as_rep.post(f"/api/v1/handoffs/{handoff['id']}/accept/").status_code == 200


def test_the_rules_choose_and_say_why(as_marketer, rep, ready):
    make_rule(rep, name="North")

    handoff = offer(as_marketer, ready).json()

    assert handoff["to"]["id"] == rep.pk
    assert handoff["why"] == f"Rule “North”: it is {rep}'s turn."


def test_whoever_of_sales_has_it_is_asked_first(as_marketer, rep):
    make_rule(make_user(Role.REP))
    mine = make_lead(stage="mql", source="Web", owner=rep)

    assert offer(as_marketer, mine).json()["to"]["id"] == rep.pk


def test_the_database_holds_one_open_handoff(ready, rep):
    made = make_handoff(ready, to=rep)
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Handoff.objects.create(lead=ready, offered_at=made.offered_at, why="Again")


def test_a_merge_withdraws_what_sales_works_on_already(
    ready, rep, marketing_manager, sales_manager
):
    from leads.merging.services import merge_leads, undo_merge

    other = make_lead(stage="sal", owner=rep)
    log_touchpoint(lead=other, contact=Contact(kind="call"), by=rep)
    handoff = make_handoff(ready, to=rep)

    merge = merge_leads(lost=ready, kept=other, by=marketing_manager)

    handoff.refresh_from_db()
    assert (handoff.lead, handoff.state) == (other, Handoff.State.WITHDRAWN)
    assert not rep.tasks.open().exists()
    undo_merge(merge=merge, by=marketing_manager)
    handoff.refresh_from_db()
    assert handoff.lead_id == ready.pk


def test_two_open_offers_of_one_person_become_one(agreed, ready, rep, marketing_manager):
    from leads.merging.services import merge_leads

    one, two = make_handoff(ready, to=rep), make_handoff(to=rep)

    merge_leads(lost=ready, kept=two.lead, by=marketing_manager)

    assert Handoff.objects.open().get() == two
    assert Clock.objects.running().get() == two.clock
    assert not Handoff.objects.filter(pk=one.pk).exists()


def test_offering_what_is_gone_is_refused(marketer, rep, ready):
    from leads.handoffs.services import offer_lead

    gone = type(ready).objects.get(pk=ready.pk)
    ready.delete()
    with pytest.raises(RuleViolation, match="no longer exists"):
        offer_lead(lead=gone, by=marketer, to=rep)


def test_what_is_offered_is_not_there_to_be_taken(as_rep, rep, marketer, ready):
    assert "Take it" in as_rep.get(f"/leads/{ready.pk}/").content.decode()
    make_handoff(ready, to=rep, by=marketer)
    assert "Take it" not in as_rep.get(f"/leads/{ready.pk}/").content.decode()


@pytest.mark.parametrize("url", ["/leads/{pk}/claim/", "/api/v1/leads/{pk}/claim/"])
def test_nobody_takes_out_of_the_pool_what_another_is_asked_about(as_rep, rep, url):
    mate = make_user(Role.REP, teams=rep.teams.all())
    lead = make_lead(stage="mql", source="Web", team=rep.teams.get())
    make_handoff(lead, to=mate)

    answer = as_rep.post(url.format(pk=lead.pk))

    assert answer.status_code == 409
    assert str(mate) in answer.content.decode()
    lead.refresh_from_db()
    assert lead.owner is None
