"""Whom a thread concerns. Whoever is told anything is first asked of the policy: recipients are
always among the readers of the subject, at the moment of telling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from portal.accounts.models import User
from portal.feedback import mentions
from portal.feedback.models import Thread
from portal.feedback.querysets import LIVING
from portal.topics import registry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.topics.models import HasTopic

#: Most candidates looked at for the names in one post.
CANDIDATES = 100


def readers(thread: Thread, whom: Iterable[User], *, subject: HasTopic | None) -> list[User]:
    """Those of ``whom`` who may read the thread now; at most one query each."""
    able = [person for person in whom if person.has_perm("feedback.view_thread")]
    if subject is not None:
        return registry.readers(subject, able)
    return [person for person in able if may_read(person, thread.pk)]


def may_read(person: User, thread_id: int) -> bool:
    """Whether a person may read a thread whose subject is lost."""
    rows = Thread.objects.permitted(person, "feedback.view_thread")
    return person.is_active and rows.filter(pk=thread_id).exists()


def answerer_for(subject: HasTopic, side: str) -> User | None:
    """Who answers by default: the owner of the subject when they are on that side, else the manager
    of that side with the least to answer. None when nobody there may see the subject."""
    owner = getattr(subject, "owner", None)
    if owner is not None and owner.department == side and registry.readers(subject, [owner]):
        return owner
    open_threads = Count("threads_to_answer", filter=Q(threads_to_answer__state__in=LIVING))
    managers = (
        User.objects.managers_of(side)
        .annotate(open_threads=open_threads)
        .order_by("open_threads", "pk")
    )
    return next((m for m in managers[:CANDIDATES] if registry.readers(subject, [m])), None)


def mentioned_in(text: str, *, thread: Thread, subject: HasTopic | None) -> list[User]:
    """Whom the text names, looked for only among people who may read the thread."""
    words = mentions.first_words(text)
    if not words:
        return []
    wanted = Q()
    for word in words:
        wanted |= Q(name__istartswith=word) | Q(email__istartswith=word)
    candidates = User.objects.active().filter(wanted).order_by("name", "pk")[:CANDIDATES]
    return mentions.mentioned(text, readers(thread, candidates, subject=subject))


def taking_part(thread: Thread) -> list[User]:
    """Who raised it, who owes the answer, and everybody who wrote in it."""
    wrote = Q(pk__in=thread.posts.order_by().values("author"))
    return list(
        User.objects.active().filter(wrote | Q(pk__in=[thread.author_id, thread.owner_id or 0]))
    )


def who_raised(thread: Thread) -> list[User]:
    """Who raised it and everybody who voted for it."""
    voted = Q(pk__in=thread.votes.order_by().values("user"))
    return list(User.objects.active().filter(voted | Q(pk=thread.author_id)))


def watchers(subject: HasTopic) -> list[User]:
    """Who follows the document. Other subjects have no watchers."""
    document = getattr(subject, "document", None)
    return list(document.watchers.active()) if document is not None else []
