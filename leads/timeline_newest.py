"""Which sources speak on the first page of a lead's timeline. Most leads have nothing new in most tables:
one statement tells which have, and the others need not be asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import connection

from leads.models import Lead
from portal.core.statements import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leads.timeline import Source

#: A source with its rank: at the same moment the lower one comes first.
Ranked = tuple[int, "Source"]
_NEWEST = (
    "WITH {parts} SELECT DISTINCT place FROM"
    " (SELECT place FROM ({every}) every ORDER BY at DESC, place LIMIT {size}) newest"
)


def speaking(sources: Sequence[Ranked], key: int, size: int) -> list[Ranked]:
    """Those that hold one of the newest ``size`` lines of the lead with this key."""
    text, params = _composed(connection.vendor, tuple(sources), size)
    with connection.cursor() as cursor:
        cursor.execute(text, [type(p)(key) if p == KEY else p for p in params])
        ranks = {rank for (rank,) in cursor.fetchall()}
    return [(rank, source) for rank, source in sources if rank in ranks]


@lru_cache(maxsize=64)
def _composed(vendor: str, sources: tuple[Ranked, ...], size: int) -> tuple[str, list[Any]]:
    """``vendor`` is the database that is asked; it tells the kept texts apart."""
    parts, every = [], []
    params: list[Any] = []
    for rank, source in sources:
        rows = source.rows(Lead(pk=KEY)).order_by(f"-{source.moment}", "-pk")
        statement, given = rows.values(source.moment)[:size].query.sql_with_params()
        parts.append(f"part{rank}(at) AS ({statement})")
        every.append(f"SELECT at, {rank} AS place FROM part{rank}")  # noqa: S608
        params += given
    text = _NEWEST.format(parts=", ".join(parts), every=" UNION ALL ".join(every), size=size)
    return text, params
