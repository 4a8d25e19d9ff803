"""Telling people. Never about their own acts, never the same thing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.models import Notification, Preference
from portal.notifications.wakeup import wake_sender

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import Model

Mail = Notification.Mail


@dataclass(frozen=True, slots=True)
class Message:
    """One text for some people; ``key`` lets each of them hear it once."""

    recipients: Iterable[User]
    text: str
    url: str = ""
    key: str = ""


def notify(  # noqa: PLR0913 (one for each thing that is said)
    recipients: User | Iterable[User],
    text: str,
    *,
    kind: str,
    url: str = "",
    actor: User | None = None,
    key: str = "",
    about: Model | None = None,
) -> None:
    """Tell each recipient once. The caller's transaction decides whether it was said at all.

    The caller passes only people who may read what it says; ``about`` lets the sender of mails
    ask that again when it sends.
    """
    people = [recipients] if isinstance(recipients, User) else list(recipients)
    message = Message(people, text, url=url, key=key)
    notify_each([message], kind=kind, actor=actor, about=about)


def notify_each(
    messages: Iterable[Message], *, kind: str, actor: User | None = None, about: Model | None = None
) -> None:
    """Several messages of one kind at once, as ``notify`` would tell them: two queries in all."""
    told = [
        (person, message)
        for message in messages
        for person in {p.pk: p for p in message.recipients}.values()
        if person.is_active and (actor is None or person.pk != actor.pk)
    ]
    if not told:
        return
    people = {person.pk for person, _ in told}
    wishes = {wish.user_id: wish for wish in Preference.objects.filter(user__in=people, kind=kind)}
    rows = [
        Notification(
            recipient=person,
            actor=actor,
            kind=kind,
            text=" ".join(message.text.split())[:300],
            url=message.url,
            key=message.key,
            about=about_label(about),
            **_ways(wishes.get(person.pk)),
        )
        for person, message in told
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=all(row.key for row in rows))
    if any(row.mail == Mail.WAITING for row in rows):
        transaction.on_commit(wake_sender, robust=True)


def _ways(wish: Preference | None) -> dict[str, object]:
    """In the portal, by mail, both or neither. The row exists in any case: its key tells once."""
    if wish is None:
        return {}
    return {"in_portal": wish.in_portal, "mail": Mail.WAITING if wish.by_mail else Mail.NONE}


def about_label(thing: Model | None) -> str:
    return f"{thing._meta.label_lower}:{thing.pk}" if thing is not None else ""


@transaction.atomic
def read_notification(*, notification: Notification) -> Notification:
    """Mark one as read."""
    notification.read(at=timezone.now())
    notification.save(update_fields=["read_at"])
    return notification


@transaction.atomic
def read_all(*, by: User) -> int:
    """Mark everything a person has as read; how many were not."""
    unread = Notification.objects.permitted(by, "notifications.change_notification").unread()
    return unread.update(read_at=timezone.now())


@transaction.atomic
def set_preferences(*, by: User, wishes: Mapping[str, tuple[bool, bool]]) -> None:
    """``wishes`` maps a kind to (in the portal, by mail). What was told already stays as it was."""
    Preference.objects.bulk_create(
        [Preference(user=by, kind=k, in_portal=p, by_mail=m) for k, (p, m) in wishes.items()],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["in_portal", "by_mail"],
    )
