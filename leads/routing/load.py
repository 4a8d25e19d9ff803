"""How much open work people have. Rooms above add what waits for somebody without being theirs yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from django.db.models import Count

from leads.models import Lead

Source = Callable[[Collection[int]], Mapping[int, int]]
_SOURCES: list[Source] = []
#: Stages in which a lead asks for work.
WORKED = ("mql", "sal", "sql")


def add_load(source: Source) -> None:
    """``source(person_ids)`` answers person → number of things that wait for them."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def open_work(people: Collection[int]) -> Counter[int]:
    """Person → open leads of theirs that are being worked on, and what else waits for them."""
    rows = Lead.objects.filter(
        owner__in=people, status=Lead.Status.OPEN, stage__kind__in=WORKED
    ).order_by()
    found = Counter(dict(rows.values_list("owner").annotate(number=Count("pk"))))
    for source in _SOURCES:
        found.update(source(people))
    return found
