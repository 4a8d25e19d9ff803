"""Touchpoints of a file. Append-only: what is here already is never changed.

They arrive like those of hooks and calls of the API: visitors become known by them, what no person did
is left out, and the tracked sources follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Model

from leads.intake.applying.base import Applier
from leads.intake.applying.linking import LinkedLeads
from leads.intake.deciding import Decision, Outcome, Record, decide
from leads.intake.rows import Row
from leads.models import Touchpoint
from leads.services import follow_arrivals, hold_for

_COMPARED = ("kind", "occurred_at", "title", "url", "outcome", "value")


class TouchpointApplier(Applier):
    model: ClassVar[type[Model]] = Touchpoint
    word = "touchpoint"

    def look(self, rows: Sequence[Row]) -> list[Decision]:
        self.leads = LinkedLeads(self.plan)
        self.leads.find(rows)
        decisions = decide(rows, _Known(rows), self._changes, self.word)
        for decision in decisions:
            if decision.outcome == Outcome.UPDATED:
                decision.outcome, decision.record = Outcome.REJECTED, None
                said = ", ".join(
                    name.removesuffix("_id").replace("_", " ") for name in decision.changes
                )
                decision.reason = (
                    "A touchpoint with this external id is here already and says otherwise "
                    f"({said}). What happened is never changed."
                )
        return decisions

    def _changes(self, row: Row, touch: Record) -> dict[str, Any]:
        changes = {
            name: row.values[name]
            for name in _COMPARED
            if name in row.values and row.values[name] != touch[name]
        }
        lead = self.leads.of(row)
        if lead is not None and lead["id"] != touch["lead_id"] and touch["lead_id"] is not None:
            changes["lead_id"] = lead["id"]
        return changes

    def create(self, decisions: list[Decision]) -> list[Decision]:
        keys = self.table.next_ids(len(decisions))
        same = {"recorded_at": self.at, "by_id": self.by.pk if self.by else None}
        rows = [self._new(key, d.row) for key, d in zip(keys, decisions, strict=True)]
        touches = [Touchpoint(**row) for row in rows]
        hold_for(touches)
        for row, touch in zip(rows, touches, strict=True):
            row["lead_id"] = touch.lead_id
        made = self.table.insert(same, rows)
        self.made |= made
        follow_arrivals([touch for touch in touches if touch.pk in made], at=self.at)
        return [d for key, d in zip(keys, decisions, strict=True) if key not in made]

    def _new(self, key: int, row: Row) -> dict[str, Any]:
        values = {"id": key} | row.values
        if lead := self.leads.of(row):
            values["lead_id"] = lead["id"]
        if campaign := row.references.get("campaign"):
            values["campaign_id"] = campaign.pk
        if row.attributes:
            values["attributes"] = row.attributes
        return values


class _Known:
    """The touchpoints that are here already, by system and external id."""

    def __init__(self, rows: Sequence[Row]) -> None:
        ids = {row.values["external_id"] for row in rows if row.values.get("external_id")}
        known = Touchpoint.objects.filter(external_id__in=ids).exclude(external_id="").order_by()
        self.found = (
            {
                f"{touch['system']}|{touch['external_id']}": touch
                for touch in known.values("id", "system", "external_id", "lead_id", *_COMPARED)
            }
            if ids
            else {}
        )

    def get(self, key: tuple[str, str]) -> Record | None:
        return self.found.get(key[1])
