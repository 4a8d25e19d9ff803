"""The statement that scores one lead, kept ready: writing it anew costs more than asking it.

It is written once a minute and process, as of the end of that minute, so that what happens now lies
within its windows. What the model points at (a segment, the name of a campaign) is followed from minute
to minute; a revision itself never changes once it is agreed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from leads.models import Lead
from leads.scoring.reading import Opened, open_model
from leads.scoring.sets import rows_of, selected
from portal.documents.models import Revision

if TYPE_CHECKING:
    from datetime import datetime

#: Stands in the statement where the key of the lead will be. No lead has it.
NOBODY = -7_777_777_777_777
#: Models that are kept: the one in use, the one that is prepared, and those of a moment ago.
MOST = 4


@dataclass(frozen=True)
class Ready:
    opened: Opened
    sql: str
    params: tuple[Any, ...]

    def fetch(self, lead_id: int) -> Sequence[dict[str, Any]]:
        """The score of one lead; nothing where it is gone."""
        params = [lead_id if value == NOBODY else value for value in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            return rows_of(self.opened, cursor)


_kept: dict[tuple[Any, ...], Ready] = {}


def opened_revision(revision: int, *, now: datetime | None = None) -> Opened:
    return open_model(Revision.objects.values_list("content", flat=True).get(pk=revision), now=now)


def kept_ready(revision: int) -> Ready:
    minute = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
    key = (connection.vendor, connection.settings_dict["NAME"], revision, minute)
    if key not in _kept:
        while len(_kept) >= MOST:
            _kept.pop(next(iter(_kept)), None)
        opened = opened_revision(revision, now=minute)
        sql, params = selected(opened, Lead.objects.filter(pk__in=[NOBODY]), revision=revision)
        _kept[key] = Ready(opened, sql, tuple(params))
    return _kept[key]


def forget() -> None:
    """Nothing is kept ready any longer."""
    _kept.clear()
