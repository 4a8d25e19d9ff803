"""The acts on feedback: raise, reply, vote, edit, and what the other side does about it [R47, R90]."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.roles import Department
from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit
from portal.documents.models import AgreedDocument, Revision
from portal.feedback import people
from portal.feedback.models import Post, PostEdit, Thread, Vote
from portal.notifications.services import notify
from portal.slas.services import hand_clock, start_clock, stop_clock
from portal.todo.models import Task
from portal.todo.services import ask, settle
from portal.topics.services import subject_of, topic_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from portal.accounts.models import User
    from portal.topics.models import HasTopic

Row = TypeVar("Row", Thread, Post)

#: The name of the commitment under which answers to feedback are timed.
COMMITMENT = "feedback_answer"
#: How far back taken-back proposals are followed to the threads that were linked to them.
LINEAGE = 20


# --- raise ------------------------------------------------------------------------------------------
@transaction.atomic
def add_thread(  # noqa: PLR0913 (one for each thing that is said)
    *,
    subject: HasTopic,
    kind: str,
    title: str,
    body: str,
    by: User,
    passage: str = "",
    quote: str = "",
    form_token: str = "",
) -> Thread:
    """Raise something about ``subject`` with the other side. The same ``form_token`` again gives
    the thread that it opened the first time."""
    now = timezone.now()
    _require_text(
        title, "Give it a title, so that the other side sees at a glance what it is about."
    )
    _require_text(body, "Say what it is about.")
    side = Department(by.department).other_side
    thread = Thread(
        topic=topic_of(subject),
        kind=kind,
        title=" ".join(title.split())[:160],
        author=by,
        side=side,
        owner=people.answerer_for(subject, side),
        passage=_known_passage(subject, passage),
        quote=" ".join(quote.split())[:500],
        revision=subject.shown_revision if isinstance(subject, AgreedDocument) else None,
        last_post_at=now,
        form_token=form_token[:40],
    )
    if (earlier := _insert_once(thread)) is not None:
        return earlier
    post = Post.objects.create(thread=thread, author=by, body=body.strip())
    _start_clock(thread, now)
    record(
        actor=by,
        verb="raised feedback",
        subject=subject,
        summary=thread.title,
        data={"thread": thread.pk},
    )
    mentioned = _mention(post, subject)
    _tell_of_new(thread, subject, besides=mentioned)
    return thread


def _require_text(text: str, sentence: str) -> None:
    if not text.strip():
        raise RuleViolation(sentence, code="incomplete")


def _known_passage(subject: HasTopic, passage: str) -> str:
    """The key of the field or section it is about; refused when the document has none such."""
    if not passage:
        return ""
    if not isinstance(subject, AgreedDocument) or passage not in passages_of(subject):
        raise RuleViolation(
            "This passage does not exist (any more). Say in words which part you mean."
        )
    return passage


def passages_of(subject: AgreedDocument) -> dict[str, str]:
    """Key → label of every part of a document that a thread can point at."""
    sections = {section.key: section.title for section in subject.schema.sections}
    return sections | {field.key: field.label for field in subject.schema}


def _insert_once(row: Row) -> Row | None:
    """Save the row; or the row that the same form has already made, when it was sent twice."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        earlier = (
            type(row)._base_manager.filter(author=row.author, form_token=row.form_token).first()
        )
        if not row.form_token or earlier is None:
            raise
        return earlier
    return None


def _start_clock(thread: Thread, now: datetime) -> None:
    thread.clock = start_clock(
        commitment=COMMITMENT,
        department=thread.side,
        title=f"Answer {thread.quoted}"[:200],
        url=thread.get_absolute_url(),
        at=now,
        owner=thread.owner,
    )
    if thread.clock is not None:
        thread.save(update_fields=["clock", "updated_at"])
    if thread.owner is not None:
        _ask_for_answer(thread, thread.owner)


def _ask_for_answer(thread: Thread, owner: User) -> None:
    ask(
        [owner],
        kind=Task.Kind.ANSWER,
        title=f"Answer {thread.quoted}",
        key=_task_key(thread),
        url=thread.get_absolute_url(),
        due_at=thread.clock.due_at if thread.clock else None,
    )


def _task_key(thread: Thread) -> str:
    return f"feedback:{thread.pk}"


# --- say --------------------------------------------------------------------------------------------
@transaction.atomic
def reply_thread(*, thread: Thread, body: str, by: User, form_token: str = "") -> Post:
    """Add a post. The first one of the side that owes the answer stops its clock."""
    _require_text(body, "A reply needs words.")
    thread = _locked(thread)
    now = timezone.now()
    post = Post(thread=thread, author=by, body=body.strip(), form_token=form_token[:40])
    if (earlier := _insert_once(post)) is not None:
        return earlier
    thread.last_post_at = now
    _count_answer(thread, by, now)
    thread.save(update_fields=["last_post_at", "first_answer_at", "updated_at"])
    record(actor=by, verb="replied", subject=thread, data={"post": post.pk})
    mentioned = _mention(post, subject_of(thread.topic))
    others = [p for p in people.taking_part(thread) if p.pk not in mentioned]
    _tell(thread, others, f"{by} replied in {thread.quoted}.", kind="feedback_reply", actor=by)
    return post


@transaction.atomic
def change_post(*, post: Post, body: str, version: int, by: User) -> Post:
    """Edit one's own post; what it said before is kept. Raises StaleEdit with both texts when it
    has been changed since ``version`` was read."""
    post = (
        Post.objects.select_for_update(of=("self",))
        .select_related("thread__topic", "author")
        .get(pk=post.pk)
    )
    if post.version != version:
        raise StaleEdit(
            "This post was changed elsewhere while you were writing. Both texts are below; nothing is lost.",
            conflicts={
                "body": {"label": "Post", "name": "body", "mine": body, "theirs": post.body}
            },
        )
    if body.strip() == post.body:
        return post
    former = post.body
    post.edit(at=timezone.now(), body=body.strip())
    post.save(update_fields=["body", "edited_at", "version", "updated_at"])
    PostEdit.objects.create(post=post, body=former, by=by)
    record(actor=by, verb="edited post", subject=post.thread, data={"post": post.pk})
    _mention(post, subject_of(post.thread.topic))
    return post


def _mention(post: Post, subject: HasTopic | None) -> set[int]:
    """Tell those whom the post names, if they may read it, once; the ids of all it names."""
    meant = people.mentioned_in(post.body, thread=post.thread, subject=subject)
    known = set(post.mentions.values_list("pk", flat=True)) if post.version > 1 else set()
    new = [person for person in meant if person.pk not in known and person.pk != post.author_id]
    post.mentions.set(meant)
    notify(
        new,
        f"{post.author} mentions you in {post.thread.quoted}.",
        kind="feedback_mention",
        url=post.thread.get_absolute_url(),
        actor=post.author,
        about=post.thread,
    )
    return {person.pk for person in meant}


@transaction.atomic
def vote_thread(*, thread: Thread, by: User, wanted: bool | None = None) -> bool:
    """Share what a thread says, or no longer; without ``wanted`` the opposite of now. One vote a
    person: the constraint decides. Returns whether the vote stands."""
    votes = Vote.objects.filter(thread=thread, user=by)
    wanted = not votes.exists() if wanted is None else wanted
    if wanted:
        Vote.objects.bulk_create([Vote(thread=thread, user=by)], ignore_conflicts=True)
    else:
        votes.delete()
    return wanted


# --- what the other side does about it ----------------------------------------------------------------
@transaction.atomic
def acknowledge_thread(*, thread: Thread, by: User) -> Thread:
    """Say that it has been read and will be looked into."""
    return _act(thread, by, "acknowledged", lambda row, now: row.acknowledge(at=now))


@transaction.atomic
def plan_thread(*, thread: Thread, by: User) -> Thread:
    """Say that something will change because of it."""
    return _act(thread, by, "planned", lambda row, now: row.plan(at=now))


@transaction.atomic
def done_thread(*, thread: Thread, by: User) -> Thread:
    """Close the loop."""
    return _act(thread, by, "done", lambda row, now: row.done(at=now))


@transaction.atomic
def decline_thread(*, thread: Thread, reason: str, by: User) -> Thread:
    """Close it without a change, and say why."""
    return _act(thread, by, "declined", lambda row, now: row.decline(at=now, reason=reason))


@transaction.atomic
def answer_thread(*, thread: Thread, revision: Revision, by: User) -> Thread:
    """Link the revision that answers it. Done at once when the revision is in force; otherwise it
    is planned, and done when that revision is agreed (``close_answered``)."""
    subject = subject_of(thread.topic)
    if not isinstance(subject, AgreedDocument) or revision.document_id != subject.document_id:
        raise RuleViolation(
            "Only a revision of the document that the thread is about can answer it."
        )
    return _act(thread, by, "answered", lambda row, now: row.answer(at=now, revision=revision))


@transaction.atomic
def reopen_thread(*, thread: Thread, by: User) -> Thread:
    """Take it up again: the answer did not satisfy whoever raised it."""
    thread = _locked(thread)
    thread.reopen(at=timezone.now(), by=by)
    thread.save(
        update_fields=["state", "reason", "answered_by", "closed_at", "last_post_at", "updated_at"]
    )
    if thread.owner is not None:
        _ask_for_answer(thread, thread.owner)
    record(actor=by, verb="reopened", subject=thread)
    _tell(
        thread,
        people.taking_part(thread),
        f"{by} took {thread.quoted} up again.",
        kind="feedback_state",
        actor=by,
    )
    return thread


@transaction.atomic
def assign_thread(*, thread: Thread, owner: User, by: User) -> Thread:
    """Give it to a colleague of the side that owes the answer."""
    if not people.readers(thread, [owner], subject=subject_of(thread.topic)):
        raise RuleViolation("This person may not see what the thread is about.")
    thread = _locked(thread)
    thread.assign(owner=owner)
    thread.save(update_fields=["owner", "updated_at"])
    hand_clock(clock=thread.clock, owner=owner)
    settle(_task_key(thread))
    _ask_for_answer(thread, owner)
    record(actor=by, verb="assigned", subject=thread, data={"owner": owner.pk})
    _tell(
        thread, [owner], f"{by} asks you to answer {thread.quoted}.", kind="feedback_new", actor=by
    )
    return thread


def close_answered(*, subject: AgreedDocument, revision: Revision, by: User) -> None:
    """Registered with portal.documents: a revision came into force, so the threads that were linked
    to it (or to a taken-back proposal it carries on from) are done."""
    numbers = [revision.pk, *_taken_back(revision)]
    waiting = Thread.objects.living().filter(topic=subject.topic_id, answered_by__in=numbers)
    for thread in waiting if subject.topic_id else ():
        answer_thread(thread=thread, revision=revision, by=by)


def _taken_back(revision: Revision) -> list[int]:
    found: list[int] = []
    former = revision.based_on
    while former is not None and former.is_taken_back and len(found) < LINEAGE:
        found.append(former.pk)
        former = former.based_on
    return found


# --- shared -------------------------------------------------------------------------------------------
SAID = {
    Thread.State.ACKNOWLEDGED: "was read and will be looked into",
    Thread.State.PLANNED: "is planned",
    Thread.State.DONE: "is done",
    Thread.State.DECLINED: "was declined",
}


def _locked(thread: Thread) -> Thread:
    rows = Thread.objects.select_for_update(of=("self",))
    return rows.select_related("topic", "author", "owner", "clock").get(pk=thread.pk)


def _act(thread: Thread, by: User, verb: str, change: Callable[[Thread, datetime], None]) -> Thread:
    """One act of the side that owes the answer: move, stop the clock, record, tell."""
    thread = _locked(thread)
    now = timezone.now()
    change(thread, now)
    _count_answer(thread, by, now)
    thread.save(
        update_fields=[
            "state",
            "reason",
            "answered_by",
            "first_answer_at",
            "closed_at",
            "last_post_at",
            "updated_at",
        ]
    )
    if not thread.is_living:
        settle(_task_key(thread))
    record(actor=by, verb=verb, subject=thread, data={"state": thread.state})
    _tell(thread, people.who_raised(thread), _news(thread), kind="feedback_state", actor=by)
    return thread


def _news(thread: Thread) -> str:
    said = SAID[Thread.State(thread.state)]
    if thread.answered_by is not None:
        said += f" in revision {thread.answered_by.number}"
    if thread.reason:
        said += f": {thread.reason}"
    return f"{thread.quoted} {said}".rstrip(".") + "."


def _count_answer(thread: Thread, by: User, now: datetime) -> None:
    if not thread.count_first_answer(at=now, by=by):
        return
    settle(_task_key(thread))
    stop_clock(clock=thread.clock, at=now)


def _tell(thread: Thread, whom: Iterable[User], text: str, *, kind: str, actor: User) -> None:
    """Tell those of ``whom`` who may read the thread now."""
    subject = subject_of(thread.topic)
    notify(
        people.readers(thread, whom, subject=subject),
        text,
        kind=kind,
        url=thread.get_absolute_url(),
        actor=actor,
        about=thread,
    )


def _tell_of_new(thread: Thread, subject: HasTopic, *, besides: set[int]) -> None:
    by = thread.author
    if thread.owner is not None and thread.owner.pk not in besides:
        _tell(
            thread,
            [thread.owner],
            f"{by} asks you: {thread.quoted}.",
            kind="feedback_new",
            actor=by,
        )
    watching = [w for w in people.watchers(subject) if w.pk not in besides and w != thread.owner]
    _tell(
        thread,
        watching,
        f"{by} wrote feedback: {thread.quoted}.",
        kind="feedback_watched",
        actor=by,
    )
