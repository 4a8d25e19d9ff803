"""Raising something: page, panel and API [R47, R90]."""

from __future__ import annotations

import pytest
from django.utils import timezone

from portal.feedback.models import Post, Thread
from portal.notifications.models import Notification
from portal.todo.models import Task
from tests.factories import (
    make_campaign,
    make_lead,
    make_persona,
    make_talking_point,
    make_thread,
    make_user,
)

pytestmark = pytest.mark.django_db

WORDS = {"kind": "heard", "title": "Buyers ask for a trial", "body": "**Three** of them this week."}


def raise_by_page(client, subject, /, **given):
    url = f"/feedback/new/?on={subject._meta.label_lower}/{subject.pk}"
    return client.post(url, WORDS | given)


def raise_by_api(client, subject, /, **given):
    about = {"type": subject._meta.label_lower, "id": subject.pk}
    return client.post(
        "/api/v1/feedback/", WORDS | {"subject": about} | given, content_type="application/json"
    )


@pytest.mark.parametrize("make", [make_persona, make_campaign, make_talking_point])
def test_a_rep_asks_the_owner_of_a_document(as_rep, marketer, make):
    subject = make(by=marketer)
    answer = raise_by_page(as_rep, subject)

    thread = Thread.objects.get()
    assert answer.headers["Location"] == f"/feedback/{thread.pk}/"
    assert (thread.side, thread.owner, thread.state) == ("marketing", marketer, "open")
    assert Notification.objects.filter(recipient=marketer, kind="feedback_new").count() == 1
    assert Task.objects.open().get(owner=marketer).url == thread.get_absolute_url()
    page = as_rep.get(answer.headers["Location"]).content.decode()
    assert "<strong>Three</strong> of them" in page


def test_what_marketing_raises_is_owed_by_the_sales_manager_with_least_to_do(
    as_marketer, marketer, sales_manager
):
    busy, idle = sales_manager, make_user("manager", "sales")
    persona = make_persona(by=marketer)
    for _ in range(2):
        thread = make_thread(persona, by=marketer)
        Thread.objects.filter(pk=thread.pk).update(owner=busy)

    raise_by_page(as_marketer, persona)

    thread = Thread.objects.latest("pk")
    assert (thread.side, thread.owner) == ("sales", idle)


def test_a_lead_is_answered_by_its_owner(as_marketer, rep):
    lead = make_lead(owner=rep)
    raise_by_api(as_marketer, lead)
    assert Thread.objects.get().owner == rep


@pytest.mark.parametrize("name", ["persona", "personas", "personas.persona"])
def test_the_api_understands_the_names_of_its_resources(as_rep, name):
    persona = make_persona()
    answer = raise_by_api(as_rep, persona, subject={"type": name, "id": persona.pk})
    assert answer.status_code == 201
    body = answer.json()
    assert body["subject"]["type"] == "personas.persona"
    assert (body["subject"]["id"], body["subject"]["title"]) == (persona.pk, persona.title)
    assert (body["posts"], body["votes"], body["has_voted"]) == (1, 0, False)


def test_a_double_click_opens_one_thread(as_rep):
    persona = make_persona()
    first = raise_by_page(as_rep, persona, form_token="once")
    second = raise_by_page(as_rep, persona, form_token="once")
    assert first.headers["Location"] == second.headers["Location"]
    assert (Thread.objects.count(), Post.objects.count()) == (1, 1)
    assert Task.objects.count() == 1


def test_each_form_has_a_mark_of_its_own(as_rep):
    persona = make_persona()
    url = f"/feedback/new/?on=personas.persona/{persona.pk}"
    tokens = {as_rep.get(url).context["form"]["form_token"].value() for _ in range(2)}
    assert len(tokens) == 2
    assert "" not in tokens


@pytest.mark.parametrize("send", [raise_by_page, raise_by_api])
def test_a_lead_of_another_team_cannot_be_talked_about(as_other_rep, rep, north, send):
    lead = make_lead(owner=rep, team=north)
    answer = send(as_other_rep, lead)
    assert answer.status_code == (404 if send is raise_by_page else 400)
    assert not Thread.objects.exists()


@pytest.mark.parametrize(
    "on",
    [
        "",
        "personas.persona",
        "personas.persona/",
        "personas.persona/x",
        "accounts.user/1",
        "x/1/2",
        "persona/9" * 40,
    ],
)
def test_an_odd_subject_is_not_there(as_rep, on):
    assert as_rep.get("/feedback/new/", {"on": on}).status_code == 404


def test_a_passage_of_the_document_is_kept_with_what_was_read(as_rep):
    persona = make_persona()
    url = f"/feedback/new/?on=personas.persona/{persona.pk}&passage=essence&quote=Keeps+it+running"
    assert "Keeps it running" in as_rep.get(url).content.decode()
    as_rep.post(url, WORDS | {"passage": "essence", "quote": "Keeps it running"})

    thread = Thread.objects.get()
    assert (thread.passage, thread.quote) == ("essence", "Keeps it running")
    assert thread.revision == persona.document.revisions.get()
    assert "Keeps it running" in as_rep.get(thread.get_absolute_url()).content.decode()


@pytest.mark.parametrize("send", [raise_by_page, raise_by_api])
def test_a_passage_that_does_not_exist_is_refused(as_rep, send):
    answer = send(as_rep, make_persona(), passage="nonsense")
    assert answer.status_code == 409
    assert not Thread.objects.exists()


def test_empty_words_are_refused_and_kept(as_rep):
    answer = raise_by_page(as_rep, make_persona(), title=" ", body="Kept words")
    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()
    assert raise_by_api(as_rep, make_persona(), title="").status_code == 400
    assert not Thread.objects.exists()


def test_the_same_person_on_the_panel(as_rep):
    persona = make_persona()
    panel = f"/feedback/on/personas.persona/{persona.pk}/"
    assert "Nobody has said anything yet" in as_rep.get(panel).content.decode()
    answer = as_rep.post(
        f"/feedback/new/?on=personas.persona/{persona.pk}", WORDS, headers={"HX-Request": "true"}
    )
    html = answer.content.decode()
    assert answer.status_code == 200
    assert html.lstrip().startswith("{#") is False
    assert 'id="subject-threads"' in html
    assert "Buyers ask for a trial" in html
    assert "<html" not in html
    assert "<html" in as_rep.get(panel).content.decode()


def test_the_panel_of_what_one_may_not_see_does_not_exist(as_other_rep, rep, north):
    lead = make_lead(owner=rep, team=north)
    assert as_other_rep.get(f"/feedback/on/leads.lead/{lead.pk}/").status_code == 404
    assert as_other_rep.get("/feedback/on/accounts.user/1/").status_code == 404
    assert as_other_rep.get("/feedback/on/leads.lead/999999/").status_code == 404


def test_no_sla_means_no_clock(as_rep):
    raise_by_page(as_rep, make_persona())
    assert Thread.objects.get().clock is None


def test_a_thread_says_when_it_was_raised(as_rep):
    before = timezone.now()
    raise_by_page(as_rep, make_persona())
    assert before <= Thread.objects.get().last_post_at <= timezone.now()
