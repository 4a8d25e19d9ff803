"""Leads of a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model

from leads.consent import UNKNOWN, note_consents, strictest
from leads.erased import REFUSED, Key, erased_among, keys_of_values
from leads.identity import DERIVED_KEYS
from leads.intake.applying.base import Applier
from leads.intake.applying.employers import BY_ID, Employers
from leads.intake.deciding import Decision, Outcome, Record, attribute_changes, decide
from leads.intake.history import History, note_token, tell_changes
from leads.intake.known import CONSEQUENCES, KnownLeads
from leads.intake.models import Import
from leads.intake.rows import Plan, Row
from leads.models import REACH, Lead

if TYPE_CHECKING:
    from portal.accounts.models import User

#: Derived from others; on a known lead they only follow when the original changes.
_DERIVED = {"first_name": "full_name", "last_name": "full_name", **DERIVED_KEYS}


class LeadApplier(Applier):
    model: ClassVar[type[Model]] = Lead
    word = "lead"

    def __init__(self, *, run: Import, plan: Plan, by: User | None, at: datetime) -> None:
        super().__init__(run=run, plan=plan, by=by, at=at)
        mapped = plan.columns_written
        self._known_columns = [*mapped, "attributes"] if plan.brings_attributes else mapped
        self._stages = {stage.pk: stage for stage in plan.references.stages}
        self._customer = next((s for s in self._stages.values() if s.kind == "customer"), None)
        self._owners = {person.pk: person for person in plan.references.owners.values()}
        self.employers = Employers(at, plan.unknown(BY_ID))
        self.history = History(run=run, by=by, at=at, stages=self._stages)

    # --- deciding --------------------------------------------------------------------------
    def look(self, rows: Sequence[Row]) -> list[Decision]:
        self.employers.find(rows)
        found = decide(rows, KnownLeads(rows, self._known_columns), self._changes, self.word)
        return self._without_erased(found)

    def _without_erased(self, decisions: list[Decision]) -> list[Decision]:
        """Whoever asked to be erased is not taken in again, neither as a new lead nor as the new keys of
        another; one question for the batch."""
        keys = {id(decision): _new_keys(decision) for decision in decisions}
        erased = erased_among(set().union(*keys.values()))
        for decision in decisions if erased else ():
            if keys[id(decision)] & erased:
                decision.outcome, decision.reason = Outcome.REJECTED, REFUSED
        return decisions

    def _changes(self, row: Row, lead: Record) -> dict[str, Any]:
        """New values of columns, only where they differ from what the lead has."""
        if lead.get("absorbed"):
            return {}
        changes = _value_changes(row, lead)
        changes |= attribute_changes(row, lead)
        if self.employers.is_named(row):
            key = self.employers.of(row)
            if key is None or key != lead["company_id"]:
                changes["company_id"] = key
        _reference_changes(row, self._stage_of(row), lead, changes)
        if lead["status"] != Lead.Status.OPEN:
            changes.pop("status", None)
        elif "lost_at" in changes or "lost_reason" in changes:
            changes["status"] = Lead.Status.LOST
        return changes

    def _stage_of(self, row: Row) -> Any:
        """The stage that a row tells; who has a day on which they became a customer is one."""
        stage = row.references.get("stage")
        is_customer = (
            row.values.get("converted_at") and row.values.get("status") != Lead.Status.LOST
        )
        return self._customer if stage is None and is_customer else stage

    def before_writing(self, decisions: list[Decision]) -> None:
        self.companies_made = self.employers.make([decision.row for decision in decisions])

    # --- new leads -------------------------------------------------------------------------
    def create(self, decisions: list[Decision]) -> list[Decision]:
        keys = self.table.next_ids(len(decisions))
        rows = [self._new_lead(key, d) for key, d in zip(keys, decisions, strict=True)]
        made = self.table.insert({"updated_at": self.at, "created_at": self.at}, rows)
        self.made |= made
        born = [(key, d) for key, d in zip(keys, decisions, strict=True) if key in made]
        for key, decision in born:
            decision.record = {"id": key}
        self.history.first_stages(made)
        self.history.assignments(
            [(key, None, owner.pk) for key, d in born if (owner := d.row.references.get("owner"))]
        )
        self.history.notes([d for _, d in born])
        self._tell_consents({key: UNKNOWN for key, d in born if d.row.values.get("consent")})
        return [d for key, d in zip(keys, decisions, strict=True) if key not in made]

    def _new_lead(self, key: int, decision: Decision) -> dict[str, Any]:
        row = decision.row
        values = dict(row.values)
        stage = self._stage_of(row) or self.plan.references.first_stage
        created = values.get("created_at") or self.at
        at = (values.get("converted_at") if stage.kind == "customer" else None) or created
        values |= _stage_values(stage, at=at)
        if row.references or row.company or row.links or "heard_about_us" in values:
            values |= self._reference_values(row, values)
        values["id"] = key
        values["reached"] = REACH[stage.kind]
        if row.attributes:
            values["attributes"] = row.attributes
        values |= self._consent_values(values)
        is_lost = values.get("lost_at") or values.get("lost_reason") or values.get("status")
        if is_lost and values.get("status") != Lead.Status.WON:
            values["status"] = Lead.Status.LOST
            values.setdefault("lost_at", self.at)
        return values

    def _reference_values(self, row: Row, values: dict[str, Any]) -> dict[str, Any]:
        """Columns that follow from whom and what a new row points at."""
        found: dict[str, Any] = {}
        if (company := self.employers.of(row)) is not None:
            found["company_id"] = company
        if campaign := row.references.get("campaign"):
            found["campaign_id"] = campaign.pk
        if persona := row.references.get("persona"):
            found |= self._persona_values(persona)
        if owner := row.references.get("owner"):
            found |= {"owner_id": owner.pk, "team_id": min(owner.team_ids, default=None)}
        if values.get("heard_about_us"):
            found |= self._heard()
        return found

    def _consent_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """Where a consent of this file comes from, and since when it holds."""
        if values.get("consent", UNKNOWN) == UNKNOWN:
            return {}
        source = f"Import: {self.run.filename}"[:120]
        return {"consent_source": source, "consent_at": values.get("created_at") or self.at}

    def _tell_consents(self, before: dict[int, str]) -> None:
        if before:
            note_consents(before, by=self.by)

    def _heard(self) -> dict[str, Any]:
        return {
            "heard_state": Lead.Heard.TOLD,
            "heard_asked_by_id": self.by.pk if self.by else None,
            "heard_asked_at": self.at,
        }

    def _persona_values(self, persona: Any) -> dict[str, Any]:
        return {
            "persona_id": persona.pk,
            "persona_revision_id": persona.document.in_force_id,
            "persona_chosen_by_id": self.by.pk if self.by else None,
        }

    # --- known leads -----------------------------------------------------------------------
    def update(self, decisions: list[Decision]) -> None:
        moved: list[tuple[Decision, datetime]] = []
        self._complete(decisions)
        rows = [self._changed_values(decision, moved) for decision in decisions]
        self.table.update_each(rows)
        self.history.moves(moved)
        self.history.assignments(
            [
                (d.record["id"], d.record["owner_id"], d.changes["owner_id"])
                for d in decisions
                if d.record is not None and "owner_id" in d.changes
            ]
        )
        tell_changes(decisions, run=self.run, by=self.by, model=Lead)
        self.history.notes(decisions)
        self._tell_consents(
            {
                d.record["id"]: d.record["consent"]
                for d in decisions
                if d.record and "consent" in d.changes
            }
        )
        for decision in decisions:
            if decision.row.note:
                decision.changes["note"] = note_token(decision.row.note)

    def _complete(self, decisions: list[Decision]) -> None:
        """What the leads have in columns that may change in consequence, so that an undo knows it."""
        leads = {d.record["id"]: d.record for d in decisions if d.record is not None}
        for found in Lead.objects.filter(pk__in=leads).order_by().values("id", *CONSEQUENCES):
            leads[found["id"]] |= found

    def _changed_values(
        self, decision: Decision, moved: list[tuple[Decision, datetime]]
    ) -> dict[str, Any]:
        """The columns to write for a known lead: what differs, and what follows from it."""
        lead, row = decision.record or {}, decision.row
        values = decision.changes
        if "company_id" in values:
            values["company_id"] = self.employers.of(row)
        if "stage_id" in values:
            values |= self._moved_values(decision, moved)
        if "persona_id" in values:
            values |= self._persona_values(row.references["persona"])
        if "owner_id" in values:
            values |= self._team_values(values["owner_id"], lead)
        if "heard_about_us" in values:
            values |= self._heard()
        if values.get("status") == Lead.Status.LOST:
            values.setdefault("lost_at", self.at)
        values |= self._consent_values(values)
        return values | {
            "id": lead["id"],
            "version": lead["version"] + 1,
            "updated_at": self.at,
        }

    def _moved_values(
        self, decision: Decision, moved: list[tuple[Decision, datetime]]
    ) -> dict[str, Any]:
        """A lead that moves forward; one that became a customer is no longer lost."""
        lead, stage = decision.record or {}, self._stages[decision.changes["stage_id"]]
        is_customer = stage.kind == "customer"
        at = (decision.row.values.get("converted_at") if is_customer else None) or self.at
        moved.append((decision, at))
        found = {"lost_reason": "", "lost_at": None} if is_customer else {}
        return (
            found
            | _stage_values(stage, at=at)
            | {"reached": max(lead["reached"], REACH[stage.kind])}
        )

    def _team_values(self, owner_id: int, lead: dict[str, Any]) -> dict[str, Any]:
        teams = self._owners[owner_id].team_ids
        return {"team_id": min(teams)} if teams and lead["team_id"] not in teams else {}


def _new_keys(decision: Decision) -> set[Key]:
    """By what a new or changed lead would be known that it was not before."""
    if decision.outcome == Outcome.CREATED:
        return keys_of_values(decision.row.values)
    if decision.outcome != Outcome.UPDATED or decision.record is None:
        return set()
    return keys_of_values(decision.record | decision.changes) - keys_of_values(decision.record)


def _value_changes(row: Row, lead: Record) -> dict[str, Any]:
    """New values of the lead's own columns, with what follows from them."""
    changes = {name: value for name, value in row.values.items() if lead[name] != value}
    if "external_id" in changes and lead["external_id"]:
        # Known by its e-mail under another system's id: the id that it has stays.
        del changes["external_id"]
    if "consent" in changes and strictest((lead["consent"], changes["consent"])) == lead["consent"]:
        del changes["consent"]
    for name, original in _DERIVED.items():
        if name in changes and original in row.values and original not in changes:
            del changes[name]
    return changes


def _stage_values(stage: Any, *, at: datetime) -> dict[str, Any]:
    status = {"status": Lead.Status.WON} if stage.kind == "customer" else {}
    return {
        "stage_id": stage.pk,
        "stage_revision_id": stage.revision_id,
        "stage_entered_at": at,
        **status,
    }


def _reference_changes(row: Row, stage: Any, lead: Record, changes: dict[str, Any]) -> None:
    references = row.references
    if stage is not None and _moves_forward(stage, lead):
        changes["stage_id"] = stage.pk
    owner = references.get("owner")
    if owner is not None and owner.pk != lead["owner_id"]:
        changes["owner_id"] = owner.pk
    campaign = references.get("campaign")
    if campaign is not None and lead["campaign_id"] is None:
        changes["campaign_id"] = campaign.pk
    persona = references.get("persona")
    if persona is not None and persona.pk != lead["persona_id"]:
        changes["persona_id"] = persona.pk


def _moves_forward(stage: Any, lead: Record) -> bool:
    """A file never takes a lead back behind what people have reached with it."""
    return stage.pk != lead["stage_id"] and REACH[stage.kind] > lead["reached"]
