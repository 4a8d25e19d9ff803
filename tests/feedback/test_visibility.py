"""A thread is seen by whom its subject is seen, and outlives it [R47]."""

from __future__ import annotations

import pytest

from portal.feedback.models import Thread
from portal.topics.models import Topic
from tests.conftest import signed_in
from tests.factories import fresh, make_lead, make_persona, make_thread, make_user

pytestmark = pytest.mark.django_db

ADDRESSES = ["/feedback/{pk}/", "/api/v1/feedback/{pk}/"]
ACTS = ["reply", "vote", "acknowledge", "plan", "done", "decline", "answer", "assign", "reopen"]


@pytest.fixture
def lead_of_north(rep, north):
    return make_lead(owner=rep, team=north, full_name="Grace Secret", email="grace@secret.example")


@pytest.mark.parametrize("url", ADDRESSES)
def test_a_thread_on_a_lead_of_another_team_does_not_exist(
    as_rep, as_other_rep, rep, lead_of_north, url
):
    thread = make_thread(lead_of_north, by=rep)
    assert as_rep.get(url.format(pk=thread.pk)).status_code == 200
    assert as_other_rep.get(url.format(pk=thread.pk)).status_code == 404


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("url", ["/feedback/{pk}/{act}/", "/api/v1/feedback/{pk}/{act}/"])
def test_no_act_reaches_a_thread_out_of_sight(as_other_rep, marketer, lead_of_north, url, act):
    thread = make_thread(lead_of_north, by=marketer)
    before = Thread.objects.values().get()
    answer = as_other_rep.post(
        url.format(pk=thread.pk, act=act), {"body": "x"}, content_type="application/json"
    )
    assert answer.status_code == 404
    assert Thread.objects.values().get() == before
    assert thread.posts.count() == 1


def test_lists_and_counts_leave_out_what_is_out_of_sight(as_other_rep, marketer, lead_of_north):
    make_thread(lead_of_north, by=marketer, title="Hidden words")
    make_thread(make_persona(), by=marketer, title="Open words")
    page = as_other_rep.get("/feedback/?view=all").content.decode()
    assert "Open words" in page
    assert "Hidden words" not in page
    listed = as_other_rep.get("/api/v1/feedback/").json()["results"]
    assert [row["title"] for row in listed] == ["Open words"]
    assert as_other_rep.get("/api/v1/feedback/count/").json() == {"count": 1, "exact": True}
    about = {"subject_type": "lead", "subject_id": lead_of_north.pk}
    assert as_other_rep.get("/api/v1/feedback/", about).json()["results"] == []


@pytest.mark.parametrize(
    "url",
    ["/feedback/?view=all", *ADDRESSES, "/feedback/on/leads.lead/{lead}/", "/api/v1/feedback/"],
)
def test_an_executive_reads_the_thread_but_not_whom_it_is_about(
    as_executive, rep, lead_of_north, url
):
    thread = make_thread(lead_of_north, by=rep, title="Too many calls")
    text = as_executive.get(url.format(pk=thread.pk, lead=lead_of_north.pk)).content.decode()
    assert "Too many calls" in text
    assert f"Lead {lead_of_north.pk}" in text
    assert "Grace" not in text
    assert "secret.example" not in text


def test_an_executive_does_not_find_a_thread_by_the_name_of_its_lead(
    as_executive, rep, lead_of_north
):
    make_thread(lead_of_north, by=rep, title="Too many calls")
    for query in ({"q": "Grace"}, {"search": "Grace"}):
        assert as_executive.get("/api/v1/feedback/", query).json()["results"] == []


def test_a_thread_survives_its_subject(
    as_rep, as_other_rep, as_sales_manager, as_marketer, marketer, lead_of_north
):
    thread = make_thread(lead_of_north, by=marketer)
    lead_of_north.delete()

    assert fresh(thread).topic.title == "Grace Secret"
    for client in (as_marketer, as_sales_manager, as_rep):
        page = client.get(f"/feedback/{thread.pk}/")
        assert page.status_code == 200
        assert "a lead that has been deleted" in page.content.decode()
        assert client.get(f"/api/v1/feedback/{thread.pk}/").json()["subject"]["id"] is None
    assert as_other_rep.get(f"/feedback/{thread.pk}/").status_code == 404
    assert (
        as_marketer.post(f"/feedback/{thread.pk}/reply/", {"body": "Still here"}).status_code == 302
    )
    assert as_rep.post(f"/feedback/{thread.pk}/done/").status_code == 302


def test_the_name_of_a_deleted_lead_stays_hidden_from_executives(executive, lead_of_north):
    thread = make_thread(lead_of_north, by=executive)
    lead_of_north.delete()
    text = signed_in(executive).get(f"/feedback/{thread.pk}/").content.decode()
    assert "A deleted lead" in text
    assert "Grace" not in text


def test_a_topic_is_made_with_the_first_thread_only(rep):
    persona = make_persona()
    assert not Topic.objects.exists()
    make_thread(persona, by=rep)
    persona.refresh_from_db()
    make_thread(persona, by=rep)
    assert Topic.objects.count() == 1


def test_a_stranger_signs_in_first(client):
    thread = make_thread()
    assert client.get(f"/feedback/{thread.pk}/").status_code == 302
    assert client.get(f"/api/v1/feedback/{thread.pk}/").status_code == 401
    assert client.post("/api/v1/feedback/", {}).status_code == 401


@pytest.mark.parametrize("act", ["acknowledge", "plan", "done", "decline", "answer", "assign"])
@pytest.mark.parametrize("url", ["/feedback/{pk}/{act}/", "/api/v1/feedback/{pk}/{act}/"])
def test_an_executive_may_never_answer(as_executive, url, act):
    thread = make_thread()
    answer = as_executive.post(
        url.format(pk=thread.pk, act=act), {}, content_type="application/json"
    )
    assert answer.status_code == 403
    assert fresh(thread).state == "open"


@pytest.mark.parametrize("act", ["acknowledge", "plan", "done", "decline", "answer", "assign"])
@pytest.mark.parametrize("url", ["/feedback/{pk}/{act}/", "/api/v1/feedback/{pk}/{act}/"])
def test_only_the_side_that_owes_the_answer_acts(rep, url, act):
    thread = make_thread(make_persona(), by=rep)
    colleague = signed_in(make_user("rep"))
    for client in (signed_in(rep), colleague):
        answer = client.post(url.format(pk=thread.pk, act=act), {}, content_type="application/json")
        assert answer.status_code == 404
    assert fresh(thread).state == "open"
