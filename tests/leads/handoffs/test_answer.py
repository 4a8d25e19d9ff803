"""Accepting, rejecting on three grounds with their paths, taking back, first contact [R9, R11]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.handoffs.models import Handoff
from leads.services import Contact, log_touchpoint
from portal.accounts.roles import Department, Role
from portal.slas.models import Clock
from tests.factories import make_handoff, make_lead, make_rule, make_user

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def handoff(rep, marketer, ready):
    return make_handoff(ready, to=rep, by=marketer)


def act(client, handoff, verb, **data):
    return client.post(f"/api/v1/handoffs/{handoff.pk}/{verb}/", data, content_type=JSON)


def reject(client, handoff, reason="procedural", comment="Not my region", **data):
    return act(client, handoff, "reject", reason=reason, comment=comment, **data)


# --- accept ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("url", ["/handoffs/{pk}/accept/", "/api/v1/handoffs/{pk}/accept/"])
def test_accepting_takes_the_lead_on(as_rep, rep, marketer, agreed, ready, url):
    handoff = make_handoff(ready, to=rep, by=marketer)

    answer = as_rep.post(url.format(pk=handoff.pk))

    assert answer.status_code in {200, 302}
    handoff.refresh_from_db()
    ready.refresh_from_db()
    assert (handoff.state, handoff.answered_by) == (Handoff.State.ACCEPTED, rep)
    assert (ready.owner, ready.stage.kind) == (rep, "sal")
    assert ready.assignments.get().reason.startswith("Accepted.")
    assert handoff.clock.stopped_at == handoff.answered_at
    assert handoff.contact_clock.state(timezone.now()) == "running"
    assert not rep.tasks.open().exists()
    assert f"{rep} has accepted {ready}." in [n.text for n in marketer.notifications.all()]


@pytest.mark.parametrize("url", ["/handoffs/{pk}/accept/", "/api/v1/handoffs/{pk}/accept/"])
def test_someone_elses_handoff_does_not_exist(as_other_rep, handoff, url):
    assert as_other_rep.post(url.format(pk=handoff.pk)).status_code == 404


@pytest.mark.parametrize("url", ["/handoffs/{pk}/accept/", "/api/v1/handoffs/{pk}/accept/"])
def test_marketing_does_not_accept(as_marketer, handoff, url):
    assert as_marketer.post(url.format(pk=handoff.pk)).status_code == 403


def test_what_was_answered_tells_of_the_lead_only_to_those_who_see_it(
    as_rep, as_marketer, rep, other_rep, marketer, south
):
    lead = make_lead(stage="mql", source="Web", email="eva@buyer.example", phone="+442079460011")
    handoff = make_handoff(lead, to=rep, by=marketer)
    page = f"/handoffs/{handoff.pk}/"
    assert "eva@buyer.example" in as_rep.get(page).content.decode()

    reject(as_rep, handoff)
    type(lead).objects.filter(pk=lead.pk).update(owner=other_rep, team=south)

    assert as_rep.get(f"/leads/{lead.pk}/").status_code == 404
    told = as_rep.get(page).content.decode()
    assert "eva@buyer.example" not in told
    assert "the record is not open to you" in told
    assert "What happened last" not in told
    assert "eva@buyer.example" in as_marketer.get(page).content.decode()


@pytest.mark.parametrize("verb", ["accept", "reject", "withdraw"])
def test_nothing_is_answered_twice(as_rep, as_marketer, handoff, verb):
    act(as_rep, handoff, "accept")
    client = as_marketer if verb == "withdraw" else as_rep

    answer = act(client, handoff, verb, reason="procedural", comment="Too late")

    assert answer.status_code == 409
    handoff.refresh_from_db()
    assert handoff.state == Handoff.State.ACCEPTED


def test_a_team_is_offered_to_and_the_first_one_has_it(as_rep, rep, north, ready):
    mate = make_user(Role.REP, teams=[north])
    handoff = make_handoff(ready, team=north)
    assert {t.owner for t in _tasks(handoff)} == {rep, mate}

    assert act(as_rep, handoff, "accept").status_code == 200
    ready.refresh_from_db()
    assert ready.owner == rep
    assert not _tasks(handoff)


def _tasks(handoff):
    from portal.todo.models import Task

    return list(Task.objects.open().filter(key=f"handoff:{handoff.pk}"))


def test_a_manager_of_marketing_cannot_take_it(marketing_manager, ready):
    from leads.handoffs.services import accept_handoff
    from portal.core.errors import RuleViolation

    with pytest.raises(RuleViolation, match="Only somebody in sales"):
        accept_handoff(handoff=make_handoff(ready), by=marketing_manager)


# --- first contact ---------------------------------------------------------------------------------
def test_the_first_contact_stops_the_clock_and_the_second_changes_nothing(
    agreed, as_rep, rep, ready
):
    handoff = make_handoff(ready, to=rep)
    act(as_rep, handoff, "accept")

    for _ in range(2):
        as_rep.post(f"/leads/{ready.pk}/log/", {"kind": "call", "direction": "out"})

    handoff.refresh_from_db()
    assert handoff.contacted_at is not None
    assert handoff.contact_clock.stopped_at == handoff.contacted_at
    assert handoff.contact_clock.state(timezone.now()) == "met"
    assert ready.touchpoints.count() == 2
    page = as_rep.get(f"/leads/{ready.pk}/").content.decode()
    assert page.count("First contact after acceptance") == 1


@pytest.mark.parametrize("who", ["marketer", "nobody"])
def test_what_others_do_is_no_first_contact(agreed, as_rep, rep, marketer, ready, who):
    handoff = make_handoff(ready, to=rep)
    act(as_rep, handoff, "accept")

    by = marketer if who == "marketer" else None
    log_touchpoint(lead=ready, contact=Contact(kind="email"), by=by)

    handoff.refresh_from_db()
    assert handoff.contacted_at is None


def test_an_old_call_that_is_logged_late_is_no_first_contact(agreed, as_rep, rep, ready):
    handoff = make_handoff(ready, to=rep)
    act(as_rep, handoff, "accept")

    before = timezone.now() - timedelta(days=3)
    log_touchpoint(lead=ready, contact=Contact(kind="call", occurred_at=before), by=rep)

    handoff.refresh_from_db()
    assert handoff.contacted_at is None


# --- reject ---------------------------------------------------------------------------------------
def test_procedural_is_routed_again_without_that_person(as_rep, rep, marketer, handoff):
    other = make_user(Role.REP)
    make_rule(rep, other)

    assert reject(as_rep, handoff).status_code == 200

    again = Handoff.objects.open().get()
    assert (again.to, again.follows, again.offered_by) == (other, handoff, marketer)
    assert again.checks == handoff.checks
    assert "belongs to somebody else" in marketer.notifications.latest("pk").text


def test_procedural_with_nobody_else_waits_in_the_watched_queue(
    as_rep, rep, sales_manager, handoff
):
    make_rule(rep)

    reject(as_rep, handoff)

    assert Handoff.objects.unassigned().get().follows == handoff
    assert sales_manager.tasks.open().filter(title__startswith="Accept or reject").exists()


def test_clerical_goes_back_with_the_fields_named(as_rep, marketer, handoff, ready):
    answer = reject(as_rep, handoff, "clerical", "", fields=["phone", "company.name"])

    assert answer.json()["fields_named"] == ["phone", "company.name"]
    task = marketer.tasks.open().get()
    assert "Phone, Company" in task.title
    assert task.url == ready.get_absolute_url()
    assert not Handoff.objects.open().exists()


def test_a_completed_lead_is_offered_again_and_the_task_is_done(
    as_rep, as_marketer, marketer, handoff, rep, ready
):
    reject(as_rep, handoff, "clerical", "No phone", fields=["phone"])
    boxed = as_marketer.get("/handoffs/?box=complete").content.decode()
    assert str(ready) in boxed

    make_handoff(ready, to=rep, by=marketer)

    assert not marketer.tasks.open().exists()
    assert str(ready) not in as_marketer.get("/handoffs/?box=complete").content.decode()


def test_definitional_stands_on_the_list_of_both_sides(
    as_rep, as_marketer, sales_manager, handoff, ready
):
    reject(as_rep, handoff, "definitional", "A student")

    for client in (as_rep, as_marketer):
        assert str(ready) in client.get("/handoffs/?box=review").content.decode()
    assert "misses the agreed criteria: A student" in sales_manager.notifications.latest("pk").text


@pytest.mark.parametrize(
    ("verdict", "stage"), [("stands", "lead"), ("overruled", "mql"), ("reword", "mql")]
)
def test_concluding_together(as_rep, as_marketer, handoff, ready, verdict, stage):
    reject(as_rep, handoff, "definitional", "A student")

    answer = act(as_marketer, handoff, "review", verdict=verdict, conclusion="We talked")
    again = act(as_rep, handoff, "review", verdict="stands", conclusion="We talked")

    assert (answer.status_code, again.status_code) == (200, 409)
    ready.refresh_from_db()
    assert ready.stage.kind == stage
    assert str(ready) not in as_rep.get("/handoffs/?box=review").content.decode()


def test_only_rejections_by_the_definition_are_concluded(as_marketer, handoff):
    answer = act(as_marketer, handoff, "review", verdict="stands", conclusion="Why not")

    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"reason": "boring", "comment": "x"}, 400),
        ({"comment": "x"}, 400),
        ({"reason": "procedural", "comment": ""}, 409),
        ({"reason": "clerical", "comment": "", "fields": ["shoe_size"]}, 409),
        ({"reason": "definitional"}, 409),
        ({"reason": "clerical"}, 409),
    ],
)
def test_a_rejection_says_what_is_wrong(as_rep, handoff, data, status):
    assert act(as_rep, handoff, "reject", **data).status_code == status
    handoff.refresh_from_db()
    assert handoff.is_open


def test_the_page_rejects_too(as_rep, handoff):
    url = f"/handoffs/{handoff.pk}/reject/"
    assert as_rep.post(url, {"reason": "procedural"}).status_code == 422

    assert as_rep.post(url, {"reason": "procedural", "comment": "Too far"}).status_code == 302

    handoff.refresh_from_db()
    assert (handoff.ground, handoff.comment) == ("procedural", "Too far")


def test_after_contact_it_is_not_rejected_any_more(as_rep, rep, handoff, ready):
    log_touchpoint(lead=ready, contact=Contact(kind="call"), by=rep)

    answer = reject(as_rep, handoff)

    assert answer.status_code == 409
    assert "has talked to them since" in answer.json()["detail"]


# --- withdraw and pass on ---------------------------------------------------------------------------
def test_taking_back_tells_whoever_was_asked(agreed, as_marketer, rep, ready):
    handoff = make_handoff(ready, to=rep)

    assert act(as_marketer, handoff, "withdraw", reason="Wrong person").status_code == 200

    assert (
        rep.notifications.latest("pk").text == f"{ready} is no longer offered to you: Wrong person"
    )
    assert not Clock.objects.running().exists()


def test_a_manager_asks_somebody_else(sales_manager, rep, handoff):
    from tests.conftest import signed_in

    other = make_user(Role.REP)
    answer = act(signed_in(sales_manager), handoff, "pass-on", to=other.pk, reason="On a long call")

    assert answer.json()["to"]["id"] == other.pk
    handoff.refresh_from_db()
    assert handoff.state == Handoff.State.EXPIRED
    assert answer.json()["follows"] == handoff.pk


# --- reading --------------------------------------------------------------------------------------
def test_the_pack_is_there_before_anybody_calls(as_rep, rep, marketer):
    lead = make_lead(stage="mql", source="Trade fair", title="Head of operations")
    log_touchpoint(lead=lead, contact=Contact(kind="form", title="Price list"), by=None)
    handoff = make_handoff(lead, to=rep, by=marketer, note="Asked for a price")

    page = as_rep.get(f"/handoffs/{handoff.pk}/").content.decode()

    for text in ("Asked for a price", "Trade fair", "Head of operations", "Price list", lead.email):
        assert text in page


def test_each_side_has_its_box(as_rep, as_marketer, as_other_rep, handoff, ready):
    assert str(ready) in as_rep.get("/handoffs/").content.decode()
    assert str(ready) in as_marketer.get("/handoffs/").content.decode()
    assert str(ready) not in as_other_rep.get("/handoffs/?box=all").content.decode()


def test_ten_rows_cost_as_many_queries_as_one(as_marketer, rep, django_assert_max_num_queries):
    make_handoff(to=rep)
    with django_assert_max_num_queries(60) as few:
        as_marketer.get("/handoffs/")
        as_marketer.get("/api/v1/handoffs/")
    for _ in range(9):
        make_handoff(to=rep)
    with django_assert_max_num_queries(len(few)):
        as_marketer.get("/handoffs/")
        as_marketer.get("/api/v1/handoffs/")


def test_the_api_narrows(as_marketer, as_rep, rep, handoff):
    make_handoff()
    assert as_rep.get("/api/v1/handoffs/?to=me").json()["results"][0]["id"] == handoff.pk
    assert len(as_marketer.get("/api/v1/handoffs/?state=offered").json()["results"]) == 2
    assert (
        as_marketer.get("/api/v1/handoffs/?state=offered&ground=clerical").json()["results"] == []
    )
    assert as_marketer.get("/api/v1/handoffs/?colour=red").status_code == 400


def test_executives_see_no_handoffs(executive, handoff):
    from tests.conftest import signed_in

    assert signed_in(executive).get(f"/handoffs/{handoff.pk}/").status_code == 403


def test_erasing_the_person_takes_the_handoff_with_it(agreed, administrator, ready, rep):
    from leads.privacy import services as privacy
    from portal.slas.models import Clock

    make_handoff(ready, to=rep)
    manager = make_user(Role.MANAGER, Department.MARKETING)
    asked = privacy.ask(kind="erasure", email=ready.email, by=manager, reason="Asked by mail")
    privacy.erase(request=privacy.begin(request=asked, by=administrator), by=administrator)

    assert not Handoff.objects.exists()
    assert ready.last_name not in Clock.objects.get().title
