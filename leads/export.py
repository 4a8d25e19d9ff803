"""Leads as a file: by the names of the contract, so that what was exported can be imported again.

Rows are read as bare values in slices and written as they come, so a million leads need no more
memory than a thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from leads.fields import ATTRIBUTES, FIELDS, Place
from leads.models import Lead
from portal.accounts.policy import masked_fields
from portal.activity.services import record
from portal.core.spreadsheets import table_response

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import FileResponse, StreamingHttpResponse

    from leads.columns import Column
    from portal.accounts.models import User

CHUNK = 2_000
#: Columns of the list that the contract calls otherwise, or not at all → where their value stands.
NAMES = {"created": "created_at", "changed": "updated_at"}
PATHS = {"team": "team__name", "owner": "owner__email", "updated_at": "updated_at"}
TAGS = "tags"

Pick = Callable[[Sequence[Any]], Any]


def export_leads(
    *,
    rows: QuerySet[Lead],
    kind: str,
    by: User,
    filters: Iterable[str],
    columns: Iterable[Column] | None = None,
) -> StreamingHttpResponse | FileResponse:
    """The rows as CSV or XLSX: the given columns, or all fields of the contract.

    The history keeps who, how many and by which filters; whoever has the columns hidden gets none
    of them.
    """
    hidden = masked_fields(by, "leads.lead")
    count = rows.order_by().count()
    names = _names(rows, hidden, columns)
    record(
        actor=by,
        verb="exported_leads",
        subject=by,
        summary=f"{count:,} lead{'' if count == 1 else 's'}",
        data={"rows": count, "format": kind, "filters": list(filters), "columns": len(names)},
    )
    return table_response(kind, "leads", names, lines(rows, names))


def _names(
    rows: QuerySet[Lead], hidden: frozenset[str], columns: Iterable[Column] | None
) -> list[str]:
    if columns is not None:
        shown = [column.key for column in columns if not column.is_hidden(hidden)]
        people = [name for name in ("full_name", "company.name") if name not in hidden]
        return list(dict.fromkeys([*people, *(NAMES.get(key, key) for key in shown)]))
    names = [
        name
        for name, known in FIELDS.items()
        if known.place is not Place.NOTE and name not in hidden
    ]
    if "attributes" not in hidden:
        names += [f"{ATTRIBUTES}{key}" for key in attribute_keys(rows)]
    return names


def attribute_keys(rows: QuerySet[Lead]) -> list[str]:
    """The names of the custom attributes that any of the rows has, found by the database."""
    try:
        chosen, params = rows.order_by().values("pk", "attributes").query.sql_with_params()
    except EmptyResultSet:
        return []
    keys = (
        "SELECT DISTINCT jsonb_object_keys(chosen.attributes) FROM"
        if connection.vendor == "postgresql"
        else "SELECT DISTINCT each.key FROM"
    )
    each = "" if connection.vendor == "postgresql" else ", json_each(chosen.attributes) AS each"
    with connection.cursor() as cursor:
        cursor.execute(f"{keys} ({chosen}) AS chosen{each}", params)
        return sorted(key for (key,) in cursor.fetchall())


def path_of(name: str) -> str:
    """Where the value of an exported name stands, as a path of the ORM."""
    if name.startswith(ATTRIBUTES):
        return "attributes"
    known = FIELDS.get(name)
    if name in PATHS or known is None:
        return PATHS.get(name, name)
    if known.place is Place.COMPANY:
        return f"company__{known.key}"
    return f"{name}__slug" if known.place is Place.REFERENCE else known.key


def lines(rows: QuerySet[Lead], names: Sequence[str]) -> Iterator[list[Any]]:
    """One line a lead, by its key, in slices."""
    paths = list(dict.fromkeys(["pk", *(path_of(name) for name in names if name != TAGS)]))
    picks = [_pick(name, paths) for name in names]
    values = rows.order_by("pk").values_list(*paths).iterator(chunk_size=CHUNK)
    while part := list(islice(values, CHUNK)):
        tags = _tags(part) if TAGS in names else {}
        for row in part:
            yield [pick(row) if pick else tags.get(row[0], "") for pick in picks]


def _pick(name: str, paths: list[str]) -> Pick | None:
    if name == TAGS:
        return None
    at = paths.index(path_of(name))
    if not name.startswith(ATTRIBUTES):
        return lambda row: row[at]
    key = name.removeprefix(ATTRIBUTES)
    return lambda row: row[at].get(key)


def _tags(part: Sequence[Sequence[Any]]) -> dict[int, str]:
    """The tags of a slice of rows, as one text each."""
    found: dict[int, list[str]] = defaultdict(list)
    held = Lead.tags.through.objects.filter(lead__in=[row[0] for row in part])
    for lead, tag in held.order_by("tag__name").values_list("lead_id", "tag__name"):
        found[lead].append(tag)
    return {lead: ", ".join(names) for lead, names in found.items()}
