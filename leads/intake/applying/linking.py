"""The leads that rows of touchpoints and opportunities belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leads.erased import REFUSED, Key, erased_among
from leads.former import Kind, leads_named
from leads.intake.mapping import KEEP, REJECT
from leads.intake.rows import Plan, Row
from leads.models import Lead
from leads.normalising import email_key

BY_ID, BY_EMAIL = "lead.external_id", "lead.email"
_COLUMNS = ("id", "company_id", "persona_id", "full_name")
_KINDS = {BY_ID: "external_id", BY_EMAIL: "email"}
_WORDS = {BY_ID: "external id", BY_EMAIL: "e-mail address"}


class LinkedLeads:
    """Finds the lead of each row of a batch, with a few questions for any number of rows."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._found: dict[tuple[str, str], dict[str, Any]] = {}
        self._erased: set[Key] = set()

    def find(self, rows: Sequence[Row]) -> None:
        """Look up all that the rows name. A row that names nobody known, or two people, has a problem."""
        ids = {row.links[BY_ID] for row in rows if BY_ID in row.links}
        addresses = {email_key(row.links[BY_EMAIL]) for row in rows if BY_EMAIL in row.links}
        named = {
            BY_ID: leads_named(Lead.objects.all(), Kind.EXTERNAL_ID, ids),
            BY_EMAIL: leads_named(Lead.objects.all(), Kind.EMAIL, addresses),
        }
        keys = {pk for found in named.values() for pk in found.values()}
        leads = {lead["id"]: lead for lead in Lead.objects.filter(pk__in=keys).values(*_COLUMNS)}
        self._found = {
            (kind, text): leads[pk]
            for kind, found in named.items()
            for text, pk in found.items()
            if pk in leads
        }
        asked = {("external_id", text) for text in ids} | {("email", text) for text in addresses}
        known = {(_KINDS[kind], text) for kind, text in self._found}
        self._erased = erased_among(asked - known)
        for row in rows:
            self._check(row)

    def of(self, row: Row) -> dict[str, Any] | None:
        return next((lead for kind in (BY_ID, BY_EMAIL) if (lead := self._by(row, kind))), None)

    def _by(self, row: Row, kind: str) -> dict[str, Any] | None:
        text = row.links.get(kind)
        if not text:
            return None
        return self._found.get((kind, email_key(text) if kind == BY_EMAIL else text))

    def _is_erased(self, row: Row, kind: str) -> bool:
        text = row.links[kind]
        return (_KINDS[kind], email_key(text) if kind == BY_EMAIL else text) in self._erased

    def _check(self, row: Row) -> None:
        named = [kind for kind in (BY_ID, BY_EMAIL) if row.links.get(kind)]
        found = [lead for kind in named if (lead := self._by(row, kind))]
        if len({lead["id"] for lead in found}) > 1:
            row.problem = "External id and e-mail address belong to two different leads."
        if found or not named or row.values.get("visitor"):
            return
        policy = self.plan.unknown(named[0])
        text = row.links[named[0]]
        if any(self._is_erased(row, kind) for kind in named):
            # A sale stays in the figures; whose it was is not taken in again.
            row.problem = REFUSED if policy == REJECT else ""
            return
        if policy == REJECT:
            row.problem = f"There is no lead with the {_WORDS[named[0]]} “{text[:80]}”. Import the leads first."
        elif policy == KEEP:
            row.attributes.setdefault(named[0].replace(".", "_"), text)
