"""Writing the history, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone

from portal.activity.models import Activity

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


def record(
    *,
    actor: User | None,
    verb: str,
    subject: Model,
    summary: str = "",
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Activity:
    """Add one line to the history of ``subject``. Without an actor, the portal itself did it."""
    line = Activity(
        at=at or timezone.now(),
        actor=actor,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        summary=summary[:300],
        data=data or {},
    )
    line.save(force_insert=True)
    return line


def lines_about(subject: Model, limit: int = 200) -> list[Activity]:
    """The newest lines about one record, for whoever has been let in to it."""
    return list(Activity.objects.of(subject).for_list()[:limit])
