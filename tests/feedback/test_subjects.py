"""Feedback on every kind of thing that can be talked about, by page and by API [R47, R90]."""

from __future__ import annotations

import pytest
from django.apps import apps

from leads.segments.models import Segment
from portal.documents import services as documents
from portal.feedback.models import Thread
from portal.notifications.models import Notification
from portal.todo.models import Task
from portal.topics.models import HasTopic
from tests.factories import agree, fresh, make_user
from tests.feedback.subjects import CASES, EVERY_DOCUMENT, EVERY_KIND, LABELS, OTHERS, case_of
from tests.feedback.surfaces import latest

pytestmark = pytest.mark.django_db

ACTS = ("reply", "vote", "acknowledge", "plan", "done", "decline", "answer", "assign", "reopen")


def told(person, kind):
    rows = Notification.objects.filter(recipient=person, kind=kind).order_by("pk")
    return list(rows.values_list("text", flat=True))


def test_every_kind_of_subject_has_a_case_and_everything_with_a_topic_is_registered():
    able = {m._meta.label_lower for m in apps.get_models() if issubclass(m, HasTopic)}
    assert set(CASES) == set(LABELS) == able


@EVERY_KIND
def test_each_kind_of_feedback_is_put_to_the_owner_on_the_other_side(scene, surface):
    for number, kind in enumerate(Thread.Kind.values, start=1):
        assert surface.add(scene.as_asker, scene.subject, kind=kind).means == "done"
        thread = latest()
        assert (thread.kind, thread.state, thread.author) == (kind, "open", scene.asker)
        assert (thread.side, thread.owner) == (scene.owner.department, scene.owner)
        assert len(told(scene.owner, "feedback_new")) == number
        asked = Task.objects.open().get(url=thread.get_absolute_url())
        assert (asked.owner, asked.kind) == (scene.owner, Task.Kind.ANSWER)
        assert "<strong>Three</strong>" in scene.as_owner.get(asked.url).content.decode()

    assert told(scene.asker, "feedback_new") == []
    about = {"subject_type": scene.subject._meta.label_lower, "subject_id": scene.subject.pk}
    everything = set(Thread.objects.values_list("pk", flat=True))
    assert surface.listed(scene.as_asker, **about) == everything
    assert len(everything) == len(Thread.Kind.values)


@EVERY_KIND
def test_the_page_of_the_subject_leads_to_its_threads_and_a_form(scene):
    thread = scene.thread()
    panel = f"/feedback/on/{scene.subject._meta.label_lower}/{scene.subject.pk}/"

    assert panel in scene.as_asker.get(scene.subject.get_absolute_url()).content.decode()
    shown = scene.as_asker.get(panel).content.decode()
    assert thread.get_absolute_url() in shown
    assert f"/feedback/new/?on={scene.subject._meta.label_lower}/{scene.subject.pk}" in shown
    page = scene.as_asker.get(thread.get_absolute_url()).content.decode()
    assert f'href="{scene.subject.get_absolute_url()}"' in page
    assert str(scene.subject) in page


@EVERY_KIND
def test_a_mention_tells_those_who_may_read_and_nobody_else(scene, surface):
    sal = make_user("manager", "sales", name="Sal Manager")
    surface.add(scene.as_asker, scene.subject, body="@Sal Manager and @Otto South, look")

    assert len(told(sal, "feedback_mention")) == 1
    assert len(told(scene.cast.outsider, "feedback_mention")) == scene.case.is_open
    surface.act(scene.as_owner, latest(), "reply", body="Yes, @Mara Keter and @Nora North")
    assert len(told(scene.asker, "feedback_mention")) == 1


@EVERY_KIND
def test_a_vote_counts_once_and_an_edit_keeps_what_was_said(scene, surface):
    thread = scene.thread(body="It is long.")
    for client in (scene.as_asker, scene.as_asker, scene.as_owner):
        assert surface.vote(client, thread, on=True).means == "done"
    assert thread.votes.count() == 2
    surface.vote(scene.as_owner, thread, on=False)
    assert [vote.user for vote in thread.votes.all()] == [scene.asker]

    post = thread.posts.get()
    assert surface.edit(scene.as_asker, post, "It is far too long.").means == "done"
    assert surface.edit(scene.as_asker, post, "A stale text").means == "refused"
    assert surface.edit(scene.as_owner, post, "Not my words").means == "absent"
    page = scene.as_owner.get(f"/feedback/{thread.pk}/").content.decode()
    listed = scene.as_owner.get(f"/api/v1/feedback/{thread.pk}/posts/").json()["results"]
    assert "What it said before (1)" in page
    assert [(p["body"], [e["body"] for e in p["edits"]]) for p in listed] == [
        ("It is far too long.", ["It is long."])
    ]


@EVERY_KIND
def test_it_moves_through_its_states_and_who_asked_is_told(scene, surface):
    thread = scene.thread()
    for verb, state in (
        ("acknowledge", "acknowledged"),
        ("plan", "planned"),
        ("done", "done"),
    ):
        assert surface.act(scene.as_asker, thread, verb).means == "absent"
        assert surface.act(scene.as_owner, thread, verb).means == "done"
        assert fresh(thread).state == state
        assert surface.act(scene.as_owner, thread, verb).means == "refused"
    assert not Task.objects.open().filter(url=thread.get_absolute_url()).exists()

    assert surface.act(scene.as_asker, thread, "reopen").means == "done"
    assert surface.act(scene.as_owner, thread, "decline", reason="").means == "invalid"
    assert surface.act(scene.as_owner, thread, "decline", reason="Too few ask").means == "done"
    assert [text.partition("” ")[2] for text in told(scene.asker, "feedback_state")] == [
        "was read and will be looked into.",
        "is planned.",
        "is done.",
        "was declined: Too few ask.",
    ]


@EVERY_DOCUMENT
def test_the_revision_that_answers_it_is_linked_and_who_asked_is_told(scene, surface):
    thread = scene.thread()
    draft = documents.start_draft(subject=scene.subject, by=scene.owner)
    assert surface.answer(scene.as_owner, thread, draft).means == "done"
    assert (fresh(thread).state, fresh(thread).answered_by) == ("planned", draft)
    agree(scene.subject, draft)

    assert fresh(thread).state == "done"
    assert told(scene.asker, "feedback_state") == [
        "“Say it shorter” is planned in revision 2.",
        "“Say it shorter” is done in revision 2.",
    ]
    link = scene.subject.revision_url(draft)
    assert f'href="{link}"' in scene.as_asker.get(f"/feedback/{thread.pk}/").content.decode()
    assert scene.as_asker.get(link).status_code == 200
    assert scene.as_asker.get(f"/api/v1/feedback/{thread.pk}/").json()["answered_by"] == 2


@pytest.mark.parametrize("label", OTHERS)
def test_what_has_no_revisions_is_answered_in_words_only(scene, surface, cast):
    thread = scene.thread()
    other = case_of("personas.persona").make(cast).document.in_force
    assert surface.answer(scene.as_owner, thread, other).means == "invalid"
    page = scene.as_owner.get(f"/feedback/{thread.pk}/").content.decode()
    assert "A revision answers it" not in page


@EVERY_KIND
def test_it_is_seen_by_whom_the_subject_is_seen_and_by_nobody_else(scene, surface):
    thread = scene.thread()
    label = scene.subject._meta.label_lower
    panel = f"/feedback/on/{label}/{scene.subject.pk}/"
    for client in (scene.as_asker, scene.as_owner):
        assert surface.open(client, thread).means == "done"
        assert surface.listed(client) == {thread.pk}

    seen = scene.as_outsider.get(scene.subject.get_absolute_url()).status_code
    assert seen == scene.as_outsider.get(panel).status_code == (200 if scene.case.is_open else 404)
    assert surface.open(scene.as_outsider, thread).means == (
        "done" if scene.case.is_open else "absent"
    )
    assert surface.listed(scene.as_outsider) == ({thread.pk} if scene.case.is_open else set())


@pytest.mark.parametrize("label", [label for label in LABELS if not case_of(label).is_open])
def test_nobody_writes_where_they_may_not_read(scene, surface):
    thread, before = scene.thread(), Thread.objects.values().get
    stood = before()
    for verb in ACTS:
        assert surface.act(scene.as_outsider, thread, verb, body="x", reason="x").means == "absent"
    assert surface.add(scene.as_outsider, scene.subject).means in {"absent", "invalid"}
    assert before() == stood
    assert (thread.posts.count(), thread.votes.count()) == (1, 0)


@pytest.mark.parametrize("label", ["segments.segment"])
def test_a_segment_that_is_no_longer_shared_takes_its_threads_along(scene, surface):
    thread = scene.thread()
    Segment.objects.filter(pk=scene.subject.pk).update(is_shared=False)

    assert surface.open(scene.as_owner, thread).means == "done"
    for client in (scene.as_asker, scene.as_outsider):
        assert surface.open(client, thread).means == "absent"
        assert surface.listed(client) == set()
