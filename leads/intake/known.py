"""Who of the rows of a batch is here already: four questions for any number of rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from leads.former import resolve_former
from leads.intake.rows import Row
from leads.models import Company, FormerKey, Lead
from leads.normalising import folded

Record = dict[str, Any]
#: What every decision needs to know of a lead, whatever the file has.
ALWAYS = (
    "id", "version", "external_id", "email_key", "full_name", "phone", "phone_key", "stage_id", "status", "reached", "owner_id",
    "team_id", "campaign_id", "persona_id", "company_id",
)  # fmt: skip


#: What may change in consequence of other columns; asked of changed leads only.
CONSEQUENCES = (
    "stage_revision_id", "stage_entered_at", "converted_at", "lost_at", "lost_reason", "persona_revision_id",
    "persona_chosen_by_id", "heard_state", "heard_asked_by_id", "heard_asked_at",
)  # fmt: skip


def hold_imports() -> None:
    """Batches of several imports take turns: in one order, nobody waits for each other in a circle.

    SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('leads.intake'))")


def found_by(model: Any, column: str, texts: Collection[str]) -> dict[str, int]:
    """Text → key of the rows whose column is one of the texts, by its index, with one parameter for all.

    Written by hand: the ORM takes longer to bind two thousand texts than the database to answer.
    ``NOT (x = '')`` is there as the partial indexes have it, or they could not be used.
    """
    if not texts:
        return {}
    quote = connection.ops.quote_name
    table, name = quote(model._meta.db_table), quote(column)
    given: Any = list(texts)
    among = "= ANY(%s)"
    if connection.vendor != "postgresql":
        among, given = "IN (SELECT value FROM json_each(%s))", json.dumps(given)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {name}, id FROM {table} WHERE {name} {among} AND NOT ({name} = '')",  # noqa: S608
            [given],
        )
        return dict(cursor.fetchall())


_SOURCES = """
WITH RECURSIVE known(source) AS (
    SELECT MIN(source) FROM {leads} WHERE source > ''
    UNION ALL
    SELECT (SELECT MIN(source) FROM {leads} WHERE source > known.source) FROM known WHERE known.source IS NOT NULL
)
SELECT source FROM known WHERE source IS NOT NULL LIMIT %s
"""


def known_sources(most: int) -> list[str]:
    """The sources of all leads, each once, in order: one step of the index each. A DISTINCT reads every lead."""
    leads = connection.ops.quote_name(Lead._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES.format(leads=leads), [most])
        return [source for (source,) in cursor.fetchall()]


class KnownLeads:
    """The leads that the rows of a batch may be about, found by each of their keys."""

    def __init__(self, rows: Sequence[Row], columns: Sequence[str]) -> None:
        self.columns = tuple(dict.fromkeys((*ALWAYS, *columns)))
        self.found: dict[tuple[str, str], Record] = {}
        wanted: dict[str, set[str]] = {}
        for row in rows:
            for kind, text in row.keys:
                wanted.setdefault(kind, set()).add(text)
        if found := found_by(Lead, "external_id", wanted.get("external_id", ())):
            self._keep("external_id", Lead.objects.filter(pk__in=found.values()))
        if found := found_by(Lead, "email_key", wanted.get("email", ())):
            self._keep("email", Lead.objects.filter(pk__in=found.values()))
        for kind in (FormerKey.Kind.EXTERNAL_ID, FormerKey.Kind.EMAIL):
            self._absorbed(kind, wanted.get(kind, set()))
        if "phone" in wanted:
            self._by_phone(rows)
        if "name" in wanted:
            self._by_name(rows)

    def get(self, key: tuple[str, str]) -> Record | None:
        return self.found.get(key)

    def _rows(self, leads: Any) -> Any:
        return leads.order_by().select_for_update(of=("self",)).values(*self.columns)

    def _keep(self, kind: str, leads: Any) -> None:
        column = "email_key" if kind == "email" else kind
        for record in self._rows(leads):
            self.found[kind, record[column]] = record

    def _absorbed(self, kind: str, texts: set[str]) -> None:
        """Keys of leads that were merged lead to who absorbed them; what the merge chose stays."""
        missing = [text for text in texts if (kind, text) not in self.found]
        former = resolve_former(kind, missing)
        if not former:
            return
        leads = {
            lead["id"]: lead for lead in self._rows(Lead.objects.filter(pk__in=former.values()))
        }
        for text, key in former.items():
            if key in leads:
                self.found[kind, text] = leads[key] | {"absorbed": True}

    def _by_phone(self, rows: Sequence[Row]) -> None:
        texts = {text for row in rows for kind, text in row.keys if kind == "phone"}
        for record in self._rows(Lead.objects.filter(phone_key__in=texts).exclude(phone_key="")):
            self.found.setdefault(("phone", record["phone_key"]), record)

    def _by_name(self, rows: Sequence[Row]) -> None:
        named = [row for row in rows if any(kind == "name" for kind, _ in row.keys)]
        companies = dict(
            Company.objects.filter(
                name_key__in={row.company["name_key"] for row in named}
            ).values_list("pk", "name_key")
        )
        people = Lead.objects.filter(
            company__in=companies, full_name__in={row.values["full_name"] for row in named}
        )
        for record in self._rows(people):
            key = ("name", f"{folded(record['full_name'])}|{companies[record['company_id']]}")
            self.found.setdefault(key, record)
