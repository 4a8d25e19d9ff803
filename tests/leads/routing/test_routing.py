"""Leads that are ready go to people at once, by the rules, explained and told [R52]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import escape

from leads.handoffs.models import Handoff
from leads.handoffs.services import accept_handoff, offer_lead
from leads.routing.models import Absence, RoutingRule, Seat, Territory
from leads.routing.services import choose_people
from leads.services import change_stage
from portal.accounts.roles import Role
from portal.operations.sweeping import sweep
from tests.conftest import signed_in
from tests.factories import (
    make_calendar,
    make_company,
    make_funnel,
    make_lead,
    make_rule,
    make_stage,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db
JSON = "application/json"
SPAIN = {"field": "country", "op": "is", "value": "Spain"}


def make_ready(by=None, **fields):
    """A lead that has just entered the stage in which leads are offered."""
    lead = make_lead(source="Web", **fields)
    return change_stage(lead=lead, stage=make_stage("mql"), by=by or make_user(Role.MARKETER))


def asked(lead):
    return Handoff.objects.open().get(lead=lead).to


# --- at once --------------------------------------------------------------------------------------
def test_in_the_transaction_that_makes_it_ready(rep, as_marketer):
    make_rule(rep, name="All")
    lead = make_lead(source="Web")

    answer = as_marketer.post(
        f"/api/v1/leads/{lead.pk}/stage/",
        {"stage": "mql", "reason": "Called us"},
        content_type=JSON,
    )

    assert answer.status_code == 200
    handoff = Handoff.objects.get()
    assert (handoff.to, handoff.why) == (rep, f"Rule “All”: it is {rep}'s turn.")
    assert f"is offered to you: {handoff.why}" in rep.notifications.get().text
    assert escape(handoff.why) in as_marketer.get(f"/leads/{lead.pk}/").content.decode()


def test_without_rules_marketing_offers_by_hand(rep):
    make_ready()

    assert not Handoff.objects.exists()


def test_what_lacks_data_is_not_offered_and_whoever_moved_it_is_asked(
    rep, marketer, marketing_manager, sales_manager
):
    make_funnel(agreed=True)
    make_rule(rep)

    lead = make_ready(by=marketer)

    assert not Handoff.objects.exists()
    assert "Company" in marketer.tasks.open().get().title
    assert lead.stage.kind == "mql"


def test_what_no_rule_takes_lands_in_the_watched_queue(rep, sales_manager):
    make_rule(rep, condition=SPAIN)

    lead = make_ready(country="Norway")

    handoff = Handoff.objects.unassigned().get()
    assert handoff.why == "No rule takes this lead."
    page = signed_in(sales_manager).get("/handoffs/?box=queue").content.decode()
    assert str(lead) in page
    assert sales_manager.notifications.filter(url=handoff.get_absolute_url()).exists()


# --- rules ----------------------------------------------------------------------------------------
def test_rules_are_asked_in_order_by_condition_and_territory(rep, other_rep):
    third = make_user(Role.REP)
    south = Territory.objects.create(name="South", condition=SPAIN)
    make_rule(third, position=30)
    make_rule(
        other_rep, position=20, condition={"field": "title", "op": "contains", "value": "head"}
    )
    make_rule(rep, position=10, territory=south)

    assert asked(make_ready(country="Spain", title="Head of sales")) == rep
    assert asked(make_ready(country="Norway", title="Head of sales")) == other_rep
    assert asked(make_ready(country="Norway")) == third


def test_a_rule_that_is_off_is_not_asked(rep, other_rep):
    make_rule(rep, position=1, is_active=False)
    make_rule(other_rep, position=2)

    assert asked(make_ready()) == other_rep


def test_a_team_takes_turns_and_newcomers_are_not_flooded():
    team = make_team()
    people = [make_user(Role.REP, teams=[team]) for _ in range(2)]
    make_rule(team=team)
    assert [asked(make_ready()) for _ in range(4)] == people * 2

    people.append(make_user(Role.REP, teams=[team]))
    later = [asked(make_ready()) for _ in range(3)]

    assert set(later) == set(people)


def test_who_leaves_the_team_gets_nothing_more():
    team = make_team()
    one, two = (make_user(Role.REP, teams=[team]) for _ in range(2))
    make_rule(team=team)
    make_ready(), make_ready()
    one.teams.clear()

    assert {asked(make_ready()) for _ in range(3)} == {two}


def test_the_owner_of_the_company_gets_it(rep, other_rep):
    make_rule(rep)
    company = make_company("Acme", owner=other_rep)

    lead = make_ready(company=company)

    assert asked(lead) == other_rep
    assert Handoff.objects.get(lead=lead).why == f"{other_rep} has the company Acme."


def test_capacity_counts_what_is_theirs_and_what_waits_for_them(rep, other_rep):
    make_rule(rep, other_rep, capacity=2)
    make_lead(owner=rep, stage="sal")

    leads = [make_ready() for _ in range(4)]

    waiting = [handoff.to for handoff in Handoff.objects.filter(lead__in=leads).order_by("pk")]
    assert (waiting.count(rep), waiting.count(other_rep), waiting.count(None)) == (1, 2, 1)


def test_people_who_are_away_are_passed_over_on_their_own_days(rep, other_rep):
    make_rule(rep, other_rep)
    today = timezone.localdate()
    Absence.objects.create(person=rep, first_on=today, last_on=today)

    assert {asked(make_ready()) for _ in range(2)} == {other_rep}


def test_working_hours_decide_who_is_asked_first(rep, other_rep):
    always = make_calendar(hours={str(day): [["00:00", "24:00"]] for day in range(7)})
    never = make_calendar(hours={})
    rule = make_rule(rep, other_rep)
    Seat.objects.filter(rule=rule, person=rep).update(calendar=never)
    Seat.objects.filter(rule=rule, person=other_rep).update(calendar=always)

    assert {asked(make_ready()) for _ in range(3)} == {other_rep}


def test_a_rule_that_can_no_longer_be_read_takes_nothing_and_stops_nobody(rep, other_rep):
    make_rule(rep, position=1, condition={"field": "attributes.gone", "op": "sideways", "value": 1})
    make_rule(other_rep, position=2)

    assert asked(make_ready()) == other_rep


# --- fairness in numbers ------------------------------------------------------------------------------
def test_a_thousand_leads_are_within_one_of_the_weights_in_few_queries(
    django_assert_max_num_queries,
):
    people = [make_user(Role.REP) for _ in range(4)]
    make_rule(*people, weights=[5, 3, 1, 1])
    leads = [make_lead() for _ in range(100)]

    with django_assert_max_num_queries(12):
        chosen = choose_people(leads=leads, at=timezone.now())

    counts = [sum(c.person == person.pk for c in chosen.values()) for person in people]
    assert counts == [50, 30, 10, 10]
    assert list(Seat.objects.order_by("pk").values_list("dealt", flat=True)) == counts


# --- trial ----------------------------------------------------------------------------------------
def test_a_trial_says_where_leads_would_go_and_changes_nothing(as_marketer, rep, other_rep):
    rule = make_rule(rep, other_rep)
    leads = [make_lead(stage="mql") for _ in range(4)]

    page = as_marketer.get("/leads/routing/try/").content.decode()

    assert all(str(lead) in page for lead in leads)
    assert page.count("turn.") == 4
    assert not Handoff.objects.exists()
    assert set(rule.seats.values_list("dealt", flat=True)) == {0}


# --- people who leave -----------------------------------------------------------------------------
def test_leads_of_somebody_who_leaves_go_to_somebody_else(rep, other_rep, sales_manager):
    make_rule(other_rep)
    worked = make_lead(owner=rep, stage="sal", team=rep.teams.get())
    sold = make_lead(owner=rep, stage="customer", status="won")
    rep.is_active = False
    rep.save()

    assert sweep(timezone.now()).counts["rerouted"] == 1
    assert "rerouted" not in sweep(timezone.now()).counts

    worked.refresh_from_db()
    sold.refresh_from_db()
    assert (worked.owner, sold.owner) == (other_rep, rep)
    assert worked.assignments.get().reason.startswith(f"{rep} has left. Rule")
    assert other_rep.notifications.filter(kind="lead_assigned").count() == 1


def test_with_nobody_to_take_them_they_wait_in_the_pool_and_managers_know(rep, sales_manager):
    lead = make_lead(owner=rep, stage="sal")
    rep.is_active = False
    rep.save()

    sweep(timezone.now())

    lead.refresh_from_db()
    assert lead.owner is None
    assert "waits for somebody in the pool" in sales_manager.notifications.get().text


def test_leads_of_marketing_are_not_routed_to_sales(rep, marketer, marketing_manager):
    make_rule(rep)
    lead = make_lead(owner=marketer)
    marketer.is_active = False
    marketer.save()

    sweep(timezone.now())

    lead.refresh_from_db()
    assert lead.owner is None
    assert marketing_manager.notifications.exists()


# --- API and pages ----------------------------------------------------------------------------------
def test_managers_write_rules_by_api(sales_manager, rep):
    client = signed_in(sales_manager)
    body = {
        "name": "Spain",
        "filter": SPAIN,
        "seats": [{"person": rep.pk, "weight": 3}],
        "strategy": "least_open",
    }

    answer = client.post("/api/v1/routing-rules/", body, content_type=JSON)

    assert answer.status_code == 201
    made = answer.json()
    assert [(s["person"], s["weight"], s["dealt"]) for s in made["seats"]] == [(rep.pk, 3, 0)]
    assert asked(make_ready(country="Spain")) == rep
    url = f"/api/v1/routing-rules/{made['id']}/"
    assert client.delete(url).status_code == 204
    assert not RoutingRule.objects.exists()


def test_of_two_who_write_at_once_the_later_one_is_told(sales_manager, rep):
    client, rule = signed_in(sales_manager), make_rule(rep)
    url = f"/api/v1/routing-rules/{rule.pk}/"
    etag = client.get(url).headers["ETag"]

    first = client.patch(url, {"capacity": 5}, content_type=JSON, headers={"If-Match": etag})
    second = client.patch(url, {"capacity": 9}, content_type=JSON, headers={"If-Match": etag})

    assert (first.status_code, second.status_code) == (200, 412)
    rule.refresh_from_db()
    assert rule.capacity == 5


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "x", "filter": {"field": "owner", "op": "is", "value": "me"}}, "filter"),
        ({"name": "x", "filter": {"field": "shoe", "op": "is", "value": 1}}, "filter"),
        ({"name": "x", "seats": [{"person": 0}]}, "seats"),
        ({"name": "x", "strategy": "loudest"}, "strategy"),
        ({"filter": SPAIN}, "name"),
    ],
)
def test_what_no_rule_can_be_is_refused(sales_manager, data, field):
    answer = signed_in(sales_manager).post("/api/v1/routing-rules/", data, content_type=JSON)

    assert answer.status_code == 400
    assert any(error["field"].startswith(field) for error in answer.json()["errors"])


def test_reps_read_rules_and_do_not_write_them(as_rep, rep):
    make_rule(rep)

    assert as_rep.get("/api/v1/routing-rules/").json()["results"][0]["name"].startswith("Rule")
    assert (
        as_rep.post("/api/v1/routing-rules/", {"name": "x"}, content_type=JSON).status_code == 403
    )


def test_a_changed_rule_counts_anew(sales_manager, rep, other_rep):
    rule = make_rule(rep, other_rep)
    make_ready()
    signed_in(sales_manager).patch(
        f"/api/v1/routing-rules/{rule.pk}/", {"capacity": 50}, content_type=JSON
    )

    assert set(rule.seats.values_list("dealt", flat=True)) == {0}


def test_the_page_tells_the_rules_in_words_and_how_fair_they_were(as_rep, rep, other_rep):
    make_rule(rep, other_rep, name="Spain first", condition=SPAIN, weights=[3, 1])

    page = as_rep.get("/leads/routing/").content.decode()

    for text in ("Spain first", "Country", "75", str(rep)):
        assert text in page


def test_managers_change_rules_in_the_admin(sales_manager, rep):
    client, rule = signed_in(sales_manager), make_rule(rep)
    url = f"/admin/routing/routingrule/{rule.pk}/change/"
    seat = rule.seats.get()
    data = {
        "name": "Renamed", "position": "5", "strategy": "round_robin", "version": "1",
        "condition": '{"field": "country", "op": "is", "value": "Spain"}',
        "seats-TOTAL_FORMS": "1", "seats-INITIAL_FORMS": "1", "seats-0-id": str(seat.pk),
        "seats-0-rule": str(rule.pk), "seats-0-person": str(rep.pk), "seats-0-weight": "4",
    }  # fmt: skip

    assert client.post(url, data).status_code == 302
    rule.refresh_from_db()
    assert (rule.name, rule.version, rule.condition["field"]) == ("Renamed", 2, "country")
    assert rule.seats.get().weight == 4
    assert client.post(url, data).status_code == 409


def test_people_enter_their_own_absence(as_rep, rep, other_rep):
    today = timezone.localdate()
    days = {"first_on": today.isoformat(), "last_on": (today + timedelta(days=3)).isoformat()}

    assert (
        as_rep.post("/leads/routing/absences/new/", days | {"person": other_rep.pk}).status_code
        == 422
    )
    assert as_rep.post("/leads/routing/absences/new/", days | {"person": rep.pk}).status_code == 302

    absence = Absence.objects.get()
    assert absence.person == rep
    assert str(rep) in as_rep.get("/leads/routing/absences/").content.decode()
    assert as_rep.post(f"/leads/routing/absences/{absence.pk}/delete/").status_code == 302
    assert not Absence.objects.exists()


def test_the_same_absence_sent_twice_is_one(as_rep, rep):
    days = {"first_on": "2027-05-01", "last_on": "2027-05-02", "person": rep.pk}

    for _ in range(2):
        assert as_rep.post("/leads/routing/absences/new/", days).status_code == 302
    assert Absence.objects.count() == 1
    assert (
        as_rep.post("/leads/routing/absences/new/", days | {"last_on": "2027-05-03"}).status_code
        == 302
    )
    assert Absence.objects.count() == 2


def test_an_absence_ends_after_it_begins(as_rep, rep):
    days = {"first_on": "2026-05-02", "last_on": "2026-05-01", "person": rep.pk}

    assert as_rep.post("/leads/routing/absences/new/", days).status_code == 422


def test_accepted_work_counts_as_open(rep, marketer):
    make_rule(rep, capacity=1)
    handoff = offer_lead(lead=make_lead(stage="mql"), by=marketer)
    assert handoff.to == rep
    accept_handoff(handoff=handoff, by=rep)

    assert offer_lead(lead=make_lead(stage="mql"), by=marketer).to is None
