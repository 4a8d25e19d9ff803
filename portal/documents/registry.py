"""What a kind of document does when a revision comes into force, beside the common life."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.documents.models import AgreedDocument, Revision

Consequence = Callable[..., None]
_AGREED: dict[str, list[Consequence]] = {}
_RETIRED: dict[str, list[Consequence]] = {}
_ANY_AGREED: list[Consequence] = []


def when_agreed(label: str, consequence: Consequence) -> None:
    """Register, in ``AppConfig.ready``, a service called as ``(subject=, revision=, by=)`` inside
    the transaction in which a document of kind ``label`` becomes agreed."""
    _AGREED.setdefault(label, []).append(consequence)


def when_any_agreed(consequence: Consequence) -> None:
    """Like ``when_agreed``, for every kind of document."""
    _ANY_AGREED.append(consequence)


def when_retired(label: str, consequence: Consequence) -> None:
    """Like ``when_agreed``, for retirement; called as ``(subject=, by=)``."""
    _RETIRED.setdefault(label, []).append(consequence)


def announce_agreed(*, subject: AgreedDocument, revision: Revision, by: User) -> None:
    for consequence in (*_AGREED.get(subject._meta.label_lower, []), *_ANY_AGREED):
        consequence(subject=subject, revision=revision, by=by)


def announce_retired(*, subject: AgreedDocument, by: User) -> None:
    for consequence in _RETIRED.get(subject._meta.label_lower, []):
        consequence(subject=subject, by=by)
