"""Whoever still holds an old key of a lead is led to the lead that absorbed it.

``resolve_former`` answers for any number of keys with one query; files and hooks ask it once a
batch, for the keys that they did not find among the leads.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.shortcuts import get_object_or_404

from leads.models import FormerKey, Lead
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

Kind = FormerKey.Kind


def resolve_former(kind: str, values: Iterable[str]) -> dict[str, int]:
    """Old key → id of the lead that it means now. Keys that mean nobody are left out.

    ``kind`` is one of ``FormerKey.Kind``; e-mail addresses are given as ``normalising.email_key``.
    """
    wanted = {value for value in values if value}
    if not wanted:
        return {}
    rows = FormerKey.objects.filter(kind=kind, value__in=_in_one(wanted)).order_by()
    return dict(rows.values_list("value", "lead_id"))


def _in_one(texts: Collection[str]) -> Any:
    """For ``value__in``. Thousands of texts are one parameter: to bind each took longer than to answer."""
    if len(texts) == 1:
        return texts
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::text[])", [list(texts)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(texts))])


def leads_named(rows: QuerySet[Lead], kind: str, values: Iterable[str]) -> dict[str, int]:
    """Key → id of the lead among ``rows`` that bears it today, or else of the one that absorbed it.

    For external ids and e-mail addresses (given as ``normalising.email_key``); two queries at most
    for keys that are known, one more for those that are not.
    """
    wanted = {value for value in values if value}
    if not wanted:
        return {}
    column = "email_key" if kind == Kind.EMAIL else "external_id"
    # NOT (x = '') as the partial indexes have it, or the database could not use them.
    bearing = rows.exclude(**{column: ""}).filter(**{f"{column}__in": wanted}).order_by()
    found: dict[str, int] = dict(bearing.values_list(column, "pk"))
    former = resolve_former(kind, wanted - found.keys())
    if former:
        there = set(rows.filter(pk__in=former.values()).order_by().values_list("pk", flat=True))
        found |= {value: pk for value, pk in former.items() if pk in there}
    return found


def present_id(pk: int) -> int:
    """The number under which a lead is found today; the same number where nothing absorbed it."""
    return resolve_former(Kind.LEAD, [str(pk)]).get(str(pk), pk)


def present_or_404(rows: QuerySet[Lead], pk: int) -> Lead:
    """The lead of that number out of ``rows``, or the one that absorbed it. 404 when neither is there."""
    found = rows.filter(pk=pk).first()
    return found if found is not None else get_object_or_404(rows, pk=present_id(pk))


def merged_away(pk: int) -> RuleViolation:
    """What a person hears whose lead was absorbed while they were at it."""
    there = present_id(pk)
    if there == pk:
        return RuleViolation("This lead no longer exists. Nothing was saved.", code="gone")
    return RuleViolation(
        f"This lead was merged into lead {there} meanwhile. Nothing was saved; look at it there.",
        code="merged",
    )


@transaction.atomic
def absorb(lead: Lead, kind: str, values: Iterable[str]) -> list[int]:
    """From now on these keys lead to ``lead``, wherever they led before. Answers with the rows' ids."""
    wanted = sorted({value for value in values if value})
    FormerKey.objects.filter(kind=kind, value__in=wanted).exclude(lead=lead).delete()
    made = [FormerKey(kind=kind, value=value, lead=lead) for value in wanted]
    FormerKey.objects.bulk_create(made, ignore_conflicts=True)
    rows = FormerKey.objects.filter(kind=kind, value__in=wanted)
    return sorted(rows.order_by().values_list("pk", flat=True))


_AT_ONCE = 1_000


def record_absorbed(keepers: Mapping[str, str], *, at: datetime) -> int:
    """External ids that another system has merged away → the id under which it goes on (HubSpot's "merged
    object ids").

    Ids that a lead bears today are left out: those leads are merged by people. So are ids that lead
    somewhere already. Answers how many are new.
    """
    wanted = [value for value in keepers if value and value != keepers[value]]
    made = 0
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        named = leads_named(Lead.objects.all(), Kind.EXTERNAL_ID, {keepers[old] for old in part})
        known = leads_named(Lead.objects.all(), Kind.EXTERNAL_ID, part)
        fresh = [
            FormerKey(kind=Kind.EXTERNAL_ID, value=old, lead_id=named[keepers[old]], since=at)
            for old in part
            if keepers[old] in named and old not in known
        ]
        FormerKey.objects.bulk_create(fresh, ignore_conflicts=True)
        made += len(fresh)
    return made
