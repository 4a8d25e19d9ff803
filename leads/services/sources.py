"""The two tracked sources of a lead, kept with the touches as they come, late ones included [R59].

``tracked_source`` is the channel of the earliest touch that tells one (see ``leads.channels``) and is
not left out; of two at the same moment, the one that was stored first. ``tracked_converting_source`` is
the channel of the earliest touch by which a person becomes known. ``source`` and
``converting_source`` follow them as long as they are blank or say the same as before; what a person, a
file or a hook has said stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from leads.channels import BY_BUYERS, BY_EITHER, CONVERTING, Facts, channel_of
from leads.models import Lead, Touchpoint
from portal.activity.models import Activity

SLICE = 500
#: The set-based twin of ``channels.tells_source``.
TELLS_SOURCE = Q(kind__in=sorted(BY_BUYERS)) | Q(kind__in=sorted(BY_EITHER)) & (
    Q(direction="in") | Q(kind="event")
)
#: What a person says → what the touches say.
FOLLOWS = {"source": "tracked_source", "converting_source": "tracked_converting_source"}
_FACTS = ("kind", "direction", "url", "utm_source", "utm_medium", "attributes")


def telling_touches() -> QuerySet[Touchpoint]:
    """Touches that can be a source, the earliest first. What is left out is none."""
    return Touchpoint.objects.filter(TELLS_SOURCE, left_out="").order_by("occurred_at", "pk")


def converting_touches() -> QuerySet[Touchpoint]:
    return telling_touches().filter(kind__in=sorted(CONVERTING))


def facts_of_touch(touch: Touchpoint) -> Facts:
    return Facts(**{name: getattr(touch, name) for name in _FACTS})


def follow_touches(leads: Iterable[int], *, at: datetime) -> int:
    """Bring the sources of these leads up to their touches; how many leads changed."""
    ids, changed = sorted(leads), 0
    for start in range(0, len(ids), SLICE):
        changed += _follow(ids[start : start + SLICE], at)
    return changed


def _follow(ids: list[int], at: datetime) -> int:
    first, converting = _first(telling_touches(), ids), _first(converting_touches(), ids)
    names = ("pk", "version", *FOLLOWS, *FOLLOWS.values())
    rows = Lead.objects.select_for_update().filter(pk__in=ids).order_by("pk").values(*names)
    groups: dict[tuple[tuple[str, str], ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        told = {
            "tracked_source": first.get(row["pk"], ""),
            "tracked_converting_source": converting.get(row["pk"], ""),
        }
        if news := _news(row, told):
            groups[tuple(sorted(news.items()))].append(row)
    lines: list[Activity] = []
    for news_items, found in groups.items():
        lines += _write(dict(news_items), found, at)
    Activity.objects.bulk_create(lines)
    return sum(len(found) for found in groups.values())


def _first(touches: QuerySet[Touchpoint], ids: list[int]) -> dict[int, str]:
    """Lead → channel of its first touch."""
    place = Window(
        RowNumber(), partition_by=F("lead"), order_by=[F("occurred_at").asc(), F("pk").asc()]
    )
    rows = touches.filter(lead__in=ids).annotate(place=place).filter(place=1)
    return {
        row.pop("lead_id"): str(channel_of(Facts(**row)))
        for row in rows.order_by().values("lead_id", *_FACTS)
    }


def _news(row: dict[str, Any], told: dict[str, str]) -> dict[str, str]:
    """What to write: the tracked sources that changed, and those that follow them."""
    news = {name: value for name, value in told.items() if row[name] != value}
    for shown, tracked in FOLLOWS.items():
        if tracked in news and row[shown] in {"", row[tracked]} and row[shown] != news[tracked]:
            news[shown] = news[tracked]
    return news


def _write(news: dict[str, str], rows: list[dict[str, Any]], at: datetime) -> list[Activity]:
    """One statement for all leads that learn the same. Only what people see makes a new version."""
    shown = sorted(news.keys() & FOLLOWS.keys())
    ids = [row["pk"] for row in rows]
    visible: dict[str, Any] = {"version": F("version") + 1, "updated_at": at} if shown else {}
    Lead.objects.filter(pk__in=ids).update(**news, **visible)
    if not shown:
        return []
    return [
        Activity(
            at=at,
            verb="source_tracked",
            subject_type=Lead._meta.label_lower,
            subject_id=row["pk"],
            summary=", ".join(news[name] for name in shown),
            data={"fields": shown, "version": row["version"] + 1},
        )
        for row in rows
    ]
