"""The hierarchy of companies: who belongs to whom. One recursive query, bounded in depth and number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from leads.models import Company

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.accounts.models import User

#: From the topmost company to the lowest, both counted.
MOST_LEVELS = 8
#: As many companies of a family as a page shows.
MOST_SHOWN = 200

_UP = """
WITH RECURSIVE line(id, parent_id, level) AS (
  SELECT id, parent_id, 1 FROM leads_company WHERE id = %s
  UNION ALL
  SELECT above.id, above.parent_id, line.level + 1
  FROM leads_company AS above JOIN line ON above.id = line.parent_id
  WHERE line.level <= %s
)
SELECT id FROM line ORDER BY level
"""
_DOWN = """
WITH RECURSIVE tree(id, level) AS (
  SELECT id, 1 FROM leads_company WHERE id = %s
  UNION ALL
  SELECT below.id, tree.level + 1
  FROM leads_company AS below JOIN tree ON below.parent_id = tree.id
  WHERE tree.level <= %s
)
SELECT id, level FROM tree ORDER BY level, id LIMIT %s
"""


def chain_of(pk: int) -> list[int]:
    """A company and those above it, from itself upwards; never more than one over the limit."""
    with connection.cursor() as cursor:
        cursor.execute(_UP, [pk, MOST_LEVELS])
        return [row[0] for row in cursor.fetchall()]


def levels_below(pk: int, most: int = MOST_SHOWN) -> dict[int, int]:
    """A company and those below it → level, itself being 1."""
    with connection.cursor() as cursor:
        cursor.execute(_DOWN, [pk, MOST_LEVELS, most])
        return dict(cursor.fetchall())


@dataclass
class Branch:
    """A company with what belongs to it."""

    company: Company
    is_here: bool = False
    branches: list[Branch] = field(default_factory=list)


@dataclass(frozen=True)
class Family:
    """``tree`` begins at the topmost company; ``is_cut`` when there are more than are shown."""

    tree: Branch | None
    size: int
    is_cut: bool


def family_of(company: Company, reader: User) -> Family:
    """The whole family that a company belongs to. Three queries, whatever its size."""
    chain = chain_of(company.pk)
    levels = levels_below(chain[-1], MOST_SHOWN + 1)
    shown = list(levels)[:MOST_SHOWN]
    # One's own line is part of the picture even where the family is larger than what is shown.
    wanted = dict.fromkeys([*chain, *shown])
    rows = Company.objects.permitted(reader, "leads.view_company")
    found = rows.filter(pk__in=wanted).only("pk", "name", "tier", "parent_id", "country")
    tree = _grown(sorted(found, key=lambda row: (row.name.casefold(), row.pk)), company.pk)
    return Family(tree, len(shown), len(levels) > MOST_SHOWN)


def _grown(rows: Sequence[Company], here: int) -> Branch | None:
    branches = {row.pk: Branch(row, row.pk == here) for row in rows}
    top = None
    for branch in branches.values():
        above = branches.get(branch.company.parent_id or 0)
        if above is not None:
            above.branches.append(branch)
        elif top is None or here in _keys(branch):
            top = branch
    return top


def _keys(branch: Branch) -> set[int]:
    return {branch.company.pk}.union(*(_keys(below) for below in branch.branches))
