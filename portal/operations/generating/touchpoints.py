"""What happened between buyers and us: a few leads with thousands of touches, many with few."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from leads.models import Touchpoint
from portal.operations.generating import words
from portal.operations.generating.chance import Weighted, shares
from portal.operations.generating.leads import Made
from portal.operations.generating.loading import SLICE, Loader

#: The most that one lead has.
MOST = 10_000
COLUMNS = ("id", "lead_id", "kind", "direction", "occurred_at", "by_id", "title", "outcome")
TITLES = {
    "page_view": "Prices",
    "email": "Follow-up",
    "download": "Case study",
    "form": "Contact form",
    "meeting": "Demonstration",
}


def make_touchpoints(chance: random.Random, made: Made, number: int, *, now: datetime) -> int:
    """Write ``number`` touchpoints; the first lead has the most."""
    loader = Loader(Touchpoint, COLUMNS)
    counts = shares(chance, number, len(made.created), most=MOST)
    written = loader.write(_rows(chance, made, counts, first=loader.first, now=now))
    loader.finish()
    return written


def _rows(
    chance: random.Random, made: Made, counts: list[int], *, first: int, now: datetime
) -> Iterator[list[Any]]:
    kinds = Weighted(
        chance, [((kind, direction), weight) for kind, weight, direction in words.TOUCHES]
    )
    pool: list[tuple[str, str]] = []
    pk = first
    for at, count in enumerate(counts):
        created, owner = made.created[at], made.owners[at]
        span = min(now - created, timedelta(days=200))
        for _ in range(count):
            if not pool:
                pool = kinds.draw(SLICE)
            kind, direction = pool.pop()
            by = owner if direction == Touchpoint.Direction.OUTBOUND else None
            outcome = chance.choice(words.OUTCOMES) if kind == "call" else ""
            when = (created + span * chance.random()).replace(microsecond=0)
            yield [
                pk,
                made.first_lead + at,
                kind,
                direction,
                when,
                by,
                TITLES.get(kind, ""),
                outcome,
            ]
            pk += 1
