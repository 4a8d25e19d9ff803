"""Finding competitors by name, and making those that nobody wrote down yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.competitors.models import Competitor
from portal.core.naming import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable


@transaction.atomic
def competitors_named(names: Iterable[str]) -> dict[str, Competitor]:
    """Each name as given → its competitor, made where it is new. Three queries, however many.

    Names that say nothing are left out. Two who bring the same new name at once end with one row.
    """
    keys = {name: key for name in names if (key := name_key(name))}
    wanted = {key: " ".join(name.split())[:200] for name, key in keys.items()}
    known = Competitor.objects.in_bulk(list(wanted), field_name="key")
    new = [Competitor(name=name, key=key) for key, name in wanted.items() if key not in known]
    if new:
        Competitor.objects.bulk_create(new, ignore_conflicts=True)
        known = Competitor.objects.in_bulk(list(wanted), field_name="key")
    return {name: known[key] for name, key in keys.items()}
