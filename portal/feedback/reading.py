"""What the pages of feedback show, put together for one reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from portal.accounts.policy import scope_for
from portal.accounts.roles import Department, Scope
from portal.documents.models import AgreedDocument
from portal.feedback.services import passages_of
from portal.topics import registry
from portal.topics.reading import SubjectLine, describe, line_for

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.feedback.filters import ThreadFilter
    from portal.feedback.models import Post, Thread
    from portal.feedback.querysets import ThreadQuerySet
    from portal.topics.models import HasTopic

View = Callable[["ThreadQuerySet", "User"], "ThreadQuerySet"]

#: The saved views of the inbox.
VIEWS: dict[str, View] = {
    "mine": lambda rows, user: rows.to_answer(user),
    "side": lambda rows, user: rows.owed_by(user.department).living(),
    "raised": lambda rows, user: rows.raised_by(user),
    "all": lambda rows, user: rows,
}
LABELS = {"mine": "Mine to answer", "side": "My side", "raised": "Raised by me", "all": "All"}

#: Acts of the side that owes the answer, and the states in which each can be done.
ACTS: dict[str, tuple[str, ...]] = {
    "acknowledge": ("open",),
    "plan": ("open", "acknowledged"),
    "done": ("open", "acknowledged", "planned"),
    "decline": ("open", "acknowledged", "planned"),
    "answer": ("open", "acknowledged", "planned"),
    "assign": ("open", "acknowledged", "planned"),
}


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One row of a list: the thread, and its subject as this reader may know it."""

    thread: Thread
    subject: SubjectLine


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post of a thread. ``former`` are the texts it had before, newest first."""

    post: Post
    is_answer: bool
    former: list[Any]


# --- the inbox ----------------------------------------------------------------------------------------
def answers(user: User) -> bool:
    """Whether this person's department owes answers at all."""
    return user.department in {Department.MARKETING, Department.SALES}


def chosen_view(user: User, asked: str) -> str:
    fallback = "mine" if answers(user) else "all"
    return asked if asked in VIEWS and (asked in {"raised", "all"} or answers(user)) else fallback


def tabs(user: User, chosen: str) -> list[dict[str, Any]]:
    offered = VIEWS if answers(user) else ("raised", "all")
    return [{"label": LABELS[v], "url": f"?view={v}", "active": v == chosen} for v in offered]


def lines(threads: Sequence[Thread], user: User) -> list[ThreadLine]:
    """Each thread with its subject: one query for each kind of subject on the page."""
    subjects = describe([thread.topic for thread in threads], user)
    return [ThreadLine(thread, subjects[thread.topic_id]) for thread in threads]


def chips(filters: ThreadFilter, data: QueryDict) -> list[dict[str, str]]:
    """The filters in use, as words, each with the address without it."""
    found = []
    for name in ("kind", "state", "side", "q"):
        if value := data.get(name):
            choices = dict(filters.filters[name].extra.get("choices", ()))
            left = data.copy()
            left.pop(name)
            left.pop("after", None), left.pop("before", None)
            label = str(filters.filters[name].label).lower()
            found.append(
                {
                    "label": label,
                    "value": str(choices.get(value, value)),
                    "remove_url": f"?{left.urlencode()}",
                }
            )
    return found


# --- one thread ---------------------------------------------------------------------------------------
def visible_subject(thread: Thread, user: User) -> HasTopic | None:
    """The subject, when it still exists and this person may see it."""
    model = registry.subject_model(thread.topic.subject_type)
    if model is None:
        return None
    rows = model.objects.permitted(user, registry.view_action(model._meta.label_lower))
    return rows.filter(topic=thread.topic_id).first()


def subject_line(thread: Thread, subject: HasTopic | None, user: User) -> SubjectLine:
    return (
        line_for(subject, user)
        if subject is not None
        else describe([thread.topic], user)[thread.topic_id]
    )


def posts(thread: Thread) -> list[PostLine]:
    """The posts in the order in which they were written; needs ``with_posts``."""
    return [
        PostLine(
            post,
            is_answer=post.author.department == thread.side and post.author_id != thread.author_id,
            former=list(reversed(post.edits.all())),
        )
        for post in thread.posts.all()
    ]


def acts(thread: Thread, user: User, subject: HasTopic | None) -> dict[str, bool]:
    """What this person can do with the thread now: policy and state, asked without a query.

    Without its ``subject`` there is no revision left that could answer it.
    """
    is_owed = thread.side == user.department or thread.owner_id == user.pk
    may = {
        verb: thread.state in states and _reaches(user, f"feedback.{verb}_thread", is_owed=is_owed)
        for verb, states in ACTS.items()
    }
    may["answer"] = may["answer"] and isinstance(subject, AgreedDocument)
    may["respond"] = any(may.values())
    raised_here = user.department == thread.author.department
    may["reopen"] = not thread.is_living and raised_here and user.may("feedback.reopen_thread")
    return may


def _reaches(user: User, action: str, *, is_owed: bool) -> bool:
    scope = scope_for(user, action)
    return scope == Scope.ALL or (scope is not None and is_owed)


def passages(subject: HasTopic) -> dict[str, str]:
    return passages_of(subject) if isinstance(subject, AgreedDocument) else {}


def passage_label(thread: Thread, subject: HasTopic | None) -> str:
    """The name of the part it is about; its key when the document no longer has that part."""
    known = passages(subject) if subject is not None else {}
    return known.get(thread.passage, thread.passage)
