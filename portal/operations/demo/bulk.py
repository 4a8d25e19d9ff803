"""Tags on the leads of the demonstration company, and a bulk act that somebody thought better of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from leads.bulk import services
from leads.bulk.models import BulkAct
from leads.models import Lead
from portal.operations.demo.past import at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from portal.accounts.models import User

#: Tag → how many of the newest open leads from which country carry it.
TAGS = {
    "Spring fair": ("United Kingdom", 24),
    "Cold chain": ("Spain", 16),
    "Call in May": ("Ireland", 8),
}


def act_in_bulk(people: Mapping[str, User], now: datetime) -> None:
    for days, (name, (country, count)) in enumerate(TAGS.items(), start=6):
        with at(now - timedelta(days=days)):
            tag = services.tag_named(name, by=people["marketer"], make=True)
            order = services.Order(act=BulkAct.Act.TAG, tag=tag, filters=f"country={country}")
            _do(order, _newest(country, count, timezone.now()), by=people["marketer"])
    with at(now - timedelta(days=2)):
        order = services.Order(
            act=BulkAct.Act.ASSIGN,
            owner=people["rep2"],
            reason="Takes the south over during the holidays",
            filters="country=Portugal",
        )
        act = _do(order, _newest("Portugal", 12, timezone.now()), by=people["manager.sales"])
    with at(now - timedelta(days=2) + timedelta(minutes=9)):
        services.undo_bulk_act(act=act, by=people["manager.sales"])


def _newest(country: str, count: int, before: datetime) -> QuerySet[Lead]:
    newest = Lead.objects.filter(country=country, status=Lead.Status.OPEN, created_at__lt=before)
    return Lead.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[:count]))


def _do(order: services.Order, leads: QuerySet[Lead], *, by: User) -> BulkAct:
    return services.start_bulk_act(order=order, leads=leads, by=by)
