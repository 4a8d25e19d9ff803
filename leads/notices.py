"""What a record says at its very top because nobody should work on without knowing it.

Rooms that stand on leads add their own at start-up (``add_notice``), as they do with the timeline. What
a notice needs to know comes along in the record's own statement (``with_notices``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.expressions import BaseExpression

    from leads.models import Lead
    from portal.accounts.models import User


@dataclass(frozen=True)
class Notice:
    """One sentence, and where to do something about it. ``kind`` is that of an alert."""

    text: str
    url: str = ""
    action: str = ""
    kind: str = "warn"


Source = Callable[["Lead", "User"], Notice | None]
_SOURCES: list[Source] = []
_READS: dict[str, BaseExpression] = {}


def add_notice(source: Source, **reads: BaseExpression) -> None:
    """``reads`` are expressions over a lead; the source finds them on it under their names."""
    if source not in _SOURCES:
        _SOURCES.append(source)
        _READS.update(reads)


def with_notices(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Leads that carry what their notices ask."""
    return leads.annotate(**_READS)


def notices_of(lead: Lead, reader: User) -> list[Notice]:
    """For a lead read ``with_notices``, which the reader has been let in to. Costs no query."""
    found = (source(lead, reader) for source in _SOURCES)
    return [notice for notice in found if notice is not None]
