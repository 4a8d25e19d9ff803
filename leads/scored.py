"""The score of a lead, for whoever shows leads. The room of scores says how it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import Prefetch, prefetch_related_objects

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leads.models import Lead

#: Where the score stands on a lead that was read with it.
PLACE = "scores_in_use"


class Scored(Protocol):
    """``fit`` and ``engagement`` are percent of full marks; ``known`` how much of the fit was judged."""

    score: int
    fit: int
    engagement: int
    grade: str
    known: int
    is_ready: bool
    is_ruled_out: bool


_READERS: list[Callable[[], Prefetch]] = []


def read_by(reader: Callable[[], Prefetch]) -> None:
    """Called in ``AppConfig.ready``: what is read with leads, into ``PLACE``."""
    _READERS[:] = [reader]


def with_scores(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leads with their scores: one query more, however many leads there are."""
    return rows.prefetch_related(*(reader() for reader in _READERS))


def score_of(lead: Lead) -> Scored | None:
    """The score of a lead; asked for where it was not read with the lead."""
    if not hasattr(lead, PLACE):
        prefetch_related_objects([lead], *(reader() for reader in _READERS))
    found = getattr(lead, PLACE, None)
    return found[0] if found else None
