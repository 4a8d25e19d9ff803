"""Whom a document concerns: its owner and those who follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts.models import User
from portal.notifications.services import notify

if TYPE_CHECKING:
    from collections.abc import Collection

    from portal.documents.models import AgreedDocument, Document


def keepers(document: Document) -> list[User]:
    """Who looks after it: the owner, or the managers of their side when the owner has left."""
    owner = document.owner
    return [owner] if owner.is_active else list(User.objects.managers_of(owner.department))


def followers(subject: AgreedDocument) -> list[User]:
    """Those who look after it and those who follow it, each once."""
    watching = User.objects.active().filter(watched_documents=subject.document_id)
    return list({p.pk: p for p in (*watching, *keepers(subject.document))}.values())


def tell(
    subject: AgreedDocument,
    text: str,
    *,
    kind: str,
    actor: User | None,
    besides: Collection[int] = (),
    url: str = "",
) -> None:
    """Tell the owner and the watchers, but for those who have heard it in other words."""
    people = [person for person in followers(subject) if person.pk not in besides]
    notify(people, text, kind=kind, url=url or subject.get_absolute_url(), actor=actor)
