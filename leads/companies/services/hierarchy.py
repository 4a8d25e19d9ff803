"""Who belongs to whom: no company ends up above itself, and no family grows without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leads.companies.family import MOST_LEVELS, chain_of, levels_below
from leads.models import Company
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Sequence

#: As many companies below one are counted before a move is refused as too large.
MOST_MOVED = 10_000


def lock_line(company: Company, parent: Company) -> None:
    """Hold ``company`` and everybody above ``parent`` until the transaction ends, in one order.

    Two people who put each other's company on top meet here: the second finds what the first did.
    """
    _lock([company.pk, *chain_of(parent.pk)])


def _lock(keys: Sequence[int]) -> None:
    rows = Company.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    list(rows.values_list("pk", flat=True))


def check_parent(company: Company, parent: Company) -> None:
    """Refuse a circle and more than ``MOST_LEVELS`` levels. Call it with the line locked."""
    chain = chain_of(parent.pk)
    if company.pk in chain:
        raise RuleViolation(
            f"{parent} belongs to {company}, so it cannot be its parent. Nothing was saved."
        )
    below = max(levels_below(company.pk, MOST_MOVED).values(), default=1) if company.pk else 1
    if len(chain) + below > MOST_LEVELS:
        raise RuleViolation(
            f"A family of companies has at most {MOST_LEVELS} levels; this would make "
            f"{len(chain) + below}. Nothing was saved."
        )
