"""What becomes of a thread: states, answers, votes, edits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.documents import services as documents
from portal.feedback import services
from portal.feedback.models import Post, Thread
from portal.notifications.models import Notification
from portal.slas.models import Clock
from portal.todo.models import Task
from tests.conftest import signed_in
from tests.factories import agree, fresh, make_lead, make_persona, make_sla, make_thread, make_user

pytestmark = pytest.mark.django_db

JSON = "application/json"
BOTH = pytest.mark.parametrize("url", ["/feedback/{pk}/{act}/", "/api/v1/feedback/{pk}/{act}/"])


@pytest.fixture
def persona(marketer):
    return make_persona(by=marketer)


@pytest.fixture
def thread(persona, rep):
    """Raised by a rep on a marketer's persona."""
    return make_thread(persona, by=rep)


def act(client, url, thread, verb, data=None):
    content = {"content_type": JSON} if url.startswith("/api/") else {}
    return client.post(url.format(pk=thread.pk, act=verb), data or {}, **content)


def texts_for(person):
    return list(
        Notification.objects.filter(recipient=person, kind="feedback_state")
        .order_by("pk")
        .values_list("text", flat=True)
    )


@BOTH
@pytest.mark.parametrize(
    ("verb", "data", "state"),
    [
        ("acknowledge", {}, "acknowledged"),
        ("plan", {}, "planned"),
        ("done", {}, "done"),
        ("decline", {"reason": "Too small a market"}, "declined"),
    ],
)
def test_the_other_side_moves_it_and_the_author_is_told(
    as_marketer, rep, thread, url, verb, data, state
):
    answer = act(as_marketer, url, thread, verb, data)
    assert answer.status_code in {200, 302}
    thread = fresh(thread)
    assert thread.state == state
    assert thread.first_answer_at is not None
    assert (thread.closed_at is not None) == (state in {"done", "declined"})
    assert len(texts_for(rep)) == 1
    assert data.get("reason", "") in texts_for(rep)[0]
    assert not Task.objects.open().exists()


@BOTH
def test_what_is_closed_stays_closed(as_marketer, thread, url):
    act(as_marketer, url, thread, "done")
    for verb in ("acknowledge", "plan", "done"):
        assert act(as_marketer, url, thread, verb).status_code == 409
    assert act(as_marketer, url, thread, "decline", {"reason": "x"}).status_code == 409


@BOTH
@pytest.mark.parametrize("reason", ["", "   "])
def test_declining_needs_a_reason(as_marketer, thread, url, reason):
    answer = act(as_marketer, url, thread, "decline", {"reason": reason})
    assert answer.status_code in {400, 422}
    assert fresh(thread).state == "open"


@BOTH
def test_the_side_that_raised_it_takes_it_up_again(as_rep, as_marketer, marketer, thread, url):
    act(as_marketer, url, thread, "decline", {"reason": "No"})
    assert act(as_marketer, url, thread, "reopen").status_code == 409
    assert act(as_rep, url, thread, "reopen").status_code in {200, 302}
    thread = fresh(thread)
    assert (thread.state, thread.reason, thread.closed_at) == ("open", "", None)
    assert Task.objects.open().filter(owner=marketer).count() == 1
    assert act(as_rep, url, thread, "reopen").status_code == 409


# --- answered by a revision -----------------------------------------------------------------------
@BOTH
def test_a_revision_in_force_answers_it_and_author_and_voters_are_told(
    as_marketer, rep, thread, persona, url
):
    voter = make_user("rep")
    services.vote_thread(thread=thread, by=voter)
    persona = agree(persona)
    given = {"revision": 1 if "api" in url else persona.document.in_force_id}

    assert act(as_marketer, url, thread, "answer", given).status_code in {200, 302}

    thread = fresh(thread)
    assert (thread.state, thread.answered_by) == ("done", persona.document.in_force)
    assert texts_for(rep) == texts_for(voter) == ["“Say it shorter” is done in revision 1."]
    assert "Revision 1" in as_marketer.get(f"/feedback/{thread.pk}/").content.decode()


def test_a_draft_that_answers_it_closes_it_once_it_is_in_force(marketer, rep, thread, persona):
    persona = agree(persona)
    draft = documents.start_draft(subject=persona, by=marketer)
    services.answer_thread(thread=thread, revision=draft, by=marketer)
    assert (fresh(thread).state, fresh(thread).closed_at) == ("planned", None)

    documents.propose(subject=persona, revision=draft, by=marketer)
    second = documents.withdraw(subject=persona, revision=draft, by=marketer)
    assert fresh(thread).state == "planned"
    agree(persona, second)

    thread = fresh(thread)
    assert (thread.state, thread.answered_by) == ("done", second)
    assert texts_for(rep) == [
        "“Say it shorter” is planned in revision 2.",
        "“Say it shorter” is done in revision 3.",
    ]


@BOTH
def test_a_revision_of_another_document_answers_nothing(as_marketer, marketer, thread, url):
    other = agree(make_persona(by=marketer))
    documents.start_draft(subject=other, by=marketer)
    given = {"revision": 2 if "api" in url else other.document.in_force_id}
    assert act(as_marketer, url, thread, "answer", given).status_code in {400, 422}
    assert fresh(thread).answered_by is None


def test_nothing_answers_a_thread_on_a_lead(as_rep, marketer, rep):
    thread = make_thread(make_lead(owner=rep), by=marketer)
    assert (
        as_rep.post(
            f"/api/v1/feedback/{thread.pk}/answer/", {"revision": 1}, content_type=JSON
        ).status_code
        == 400
    )
    assert "A revision answers it" not in as_rep.get(f"/feedback/{thread.pk}/").content.decode()


# --- the clock ------------------------------------------------------------------------------------
def test_the_first_word_of_the_other_side_stops_the_clock(marketer, rep):
    make_sla(agreed=True)
    thread = make_thread(make_persona(by=marketer), by=rep)
    clock = thread.clock
    assert (clock.commitment, clock.department, clock.owner) == (
        "feedback_answer",
        "marketing",
        marketer,
    )
    assert Task.objects.get(key=f"feedback:{thread.pk}").due_at == clock.due_at

    services.reply_thread(thread=thread, body="I meant the headline", by=rep)
    assert Clock.objects.get().stopped_at is None
    services.reply_thread(thread=thread, body="Yes", by=marketer)
    thread = fresh(thread)
    assert Clock.objects.get().stopped_at == thread.first_answer_at

    services.reply_thread(thread=thread, body="And more", by=marketer)
    assert fresh(thread).first_answer_at == thread.first_answer_at


def test_somebody_else_of_the_side_takes_over(as_marketer, marketer, rep):
    make_sla(agreed=True)
    thread = make_thread(make_persona(by=marketer), by=rep)
    colleague = make_user("marketer")
    assert (
        as_marketer.post(f"/feedback/{thread.pk}/assign/", {"owner": colleague.pk}).status_code
        == 302
    )
    assert fresh(thread).owner == Clock.objects.get().owner == colleague
    assert [task.owner for task in Task.objects.open().filter(kind="answer")] == [colleague]
    assert Notification.objects.filter(recipient=colleague, kind="feedback_new").count() == 1


def test_nobody_of_the_wrong_side_takes_over(as_marketer, thread, rep, marketer):
    for wrong in (rep.pk, 10**9):
        assert (
            as_marketer.post(f"/feedback/{thread.pk}/assign/", {"owner": wrong}).status_code == 422
        )
    api = f"/api/v1/feedback/{thread.pk}/assign/"
    assert as_marketer.post(api, {"owner": rep.pk}, content_type=JSON).status_code == 409
    assert fresh(thread).owner == marketer


def test_who_may_not_see_the_lead_cannot_be_made_to_answer(as_rep, rep, other_rep, marketer, north):
    thread = make_thread(make_lead(owner=rep, team=north), by=marketer)
    answer = as_rep.post(f"/feedback/{thread.pk}/assign/", {"owner": other_rep.pk})
    assert answer.status_code == 409
    assert fresh(thread).owner == rep


# --- replies, votes, edits --------------------------------------------------------------------------
@BOTH
def test_anybody_who_reads_it_replies(as_executive, thread, url):
    answer = act(as_executive, url, thread, "reply", {"body": "Good <b>point</b>"})
    assert answer.status_code in {201, 302}
    assert thread.posts.count() == 2
    assert fresh(thread).first_answer_at is None
    page = as_executive.get(f"/feedback/{thread.pk}/").content.decode()
    assert "<b>point</b>" not in page


def test_a_double_click_replies_once(as_rep, thread):
    for _ in range(2):
        as_rep.post(f"/feedback/{thread.pk}/reply/", {"body": "Once", "form_token": "t"})
    assert thread.posts.filter(body="Once").count() == 1


def test_an_empty_reply_keeps_the_page(as_rep, thread):
    assert as_rep.post(f"/feedback/{thread.pk}/reply/", {"body": " "}).status_code == 422
    assert thread.posts.count() == 1


@pytest.mark.parametrize("url", ["/feedback/{pk}/vote/", "/api/v1/feedback/{pk}/vote/"])
def test_one_vote_a_person(as_rep, as_marketer, thread, url):
    content = {"content_type": JSON} if url.startswith("/api/") else {}
    for on in ("1", "1", True) if content else ("1", "1"):
        as_rep.post(url.format(pk=thread.pk), {"on": on}, **content)
    as_marketer.post(url.format(pk=thread.pk), {}, **content)
    assert thread.votes.count() == 2
    as_marketer.post(url.format(pk=thread.pk), {}, **content)
    assert thread.votes.count() == 1
    as_rep.post(url.format(pk=thread.pk), {"on": "0"}, **content)
    assert thread.votes.count() == 0


def test_a_vote_by_htmx_answers_the_button(as_rep, thread):
    html = as_rep.post(
        f"/feedback/{thread.pk}/vote/", {"on": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert 'id="vote"' in html
    assert "1 vote<" in html
    assert "<html" not in html


def test_an_edit_keeps_what_was_said_before(as_rep, thread):
    post = thread.posts.get()
    url = f"/feedback/posts/{post.pk}/edit/"
    assert as_rep.get(url).context["form"]["body"].value() == "It is long."
    assert as_rep.post(url, {"body": "It is far too long.", "version": 1}).status_code == 302
    post.refresh_from_db()
    assert (post.body, post.version, post.edits.get().body) == (
        "It is far too long.",
        2,
        "It is long.",
    )
    page = as_rep.get(f"/feedback/{thread.pk}/").content.decode()
    assert "What it said before (1)" in page
    assert "<p>It is long.</p>" in page


def test_a_stale_edit_shows_both_texts_and_loses_neither(as_rep, rep, thread):
    post = thread.posts.get()
    url = f"/feedback/posts/{post.pk}/edit/"
    services.change_post(post=post, body="From the phone", version=1, by=rep)
    answer = as_rep.post(url, {"body": "From the desk", "version": 1})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "From the phone" in html
    assert "From the desk" in html
    again = {"body": "From the desk", "version": answer.context["form"]["version"].value()}
    assert as_rep.post(url, again | {"keep_body": "mine"}).status_code == 302
    post.refresh_from_db()
    assert post.body == "From the desk"
    assert [edit.body for edit in post.edits.all()] == ["It is long.", "From the phone"]


def test_the_api_edits_with_the_version_that_was_read(as_rep, thread):
    post = thread.posts.get()
    url = f"/api/v1/feedback/{thread.pk}/posts/{post.pk}/"
    assert (
        as_rep.patch(url, {"body": "New", "version": 1}, content_type=JSON).json()["version"] == 2
    )
    assert as_rep.patch(url, {"body": "Newer", "version": 1}, content_type=JSON).status_code == 409
    listed = as_rep.get(f"/api/v1/feedback/{thread.pk}/posts/").json()["results"]
    assert [(p["body"], [e["body"] for e in p["edits"]]) for p in listed] == [
        ("New", ["It is long."])
    ]


@pytest.mark.parametrize("who", ["marketer", "sales_manager", "administrator"])
def test_nobody_edits_the_words_of_others(request, thread, who):
    client = signed_in(request.getfixturevalue(who))
    post = thread.posts.get()
    assert (
        client.post(f"/feedback/posts/{post.pk}/edit/", {"body": "x", "version": 1}).status_code
        == 404
    )
    url = f"/api/v1/feedback/{thread.pk}/posts/{post.pk}/"
    assert client.patch(url, {"body": "x", "version": 1}, content_type=JSON).status_code == 404
    assert Post.objects.get().body == "It is long."


# --- figures ----------------------------------------------------------------------------------------
def test_closed_loops_and_the_median_time_to_answer(rep, marketer, persona):
    start = timezone.now() - timedelta(days=10)
    for hours in (1, 3, 11, None):
        made = make_thread(persona, by=rep)
        answered = start + timedelta(hours=hours) if hours else None
        Thread.objects.filter(pk=made.pk).update(created_at=start, first_answer_at=answered)
    services.done_thread(thread=Thread.objects.first(), by=marketer)

    marketing, sales = Thread.objects.answer_figures()
    assert (marketing.raised, marketing.living, marketing.closed) == (4, 3, 1)
    assert marketing.answered in {3, 4}
    assert (sales.raised, sales.median) == (0, None)
    narrowed = Thread.objects.filter(
        first_answer_at__lte=start + timedelta(hours=3)
    ).answer_figures()
    assert narrowed[0].median == timedelta(hours=2)
    assert Thread.objects.answer_figures(since=timezone.now())[0].raised == 0
