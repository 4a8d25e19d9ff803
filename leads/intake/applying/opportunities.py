"""Opportunities of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Model
from django.utils import timezone

from campaigns.competitors.services import competitors_named
from leads.intake.applying.base import Applier
from leads.intake.applying.employers import BY_ID, Employers
from leads.intake.applying.linking import LinkedLeads
from leads.intake.applying.sales import Sales
from leads.intake.cells import Kept
from leads.intake.deciding import Decision, Record, attribute_changes, decide
from leads.intake.history import tell_changes
from leads.intake.models import Import
from leads.intake.rows import Plan, Row
from leads.intake.writing import Table
from leads.opportunities.capture import placed, products_named, stages_named, usual_stage
from leads.opportunities.models import (
    Opportunity,
    OpportunityChange,
    OpportunityStage,
    Status,
)
from leads.opportunities.models import Outcome as LostTo
from leads.opportunities.naming import outcome_named

if TYPE_CHECKING:
    from portal.accounts.models import User

_ALWAYS = (
    "id", "version", "external_id", "name", "lead_id", "company_id", "owner_id", "owner_name", "team_id", "team_name",
    "product_id", "campaign_id", "amount", "stage_id", "stage_entered_at", "status", "created_at", "is_created_known",
    "expected_close_on", "closed_at", "lost_reason", "won_reason", "outcome_to", "competitor_id", "persona_id", "attributes",
)  # fmt: skip
_OWN = frozenset(
    {
        "status",
        "stage",
        "closed_at",
        "created_at",
        "lost_reason",
        "won_reason",
        "outcome_to",
        "name",
    }
)
_CLOSING = {Status.WON: OpportunityChange.Kind.WON, Status.LOST: OpportunityChange.Kind.LOST}


class OpportunityApplier(Applier):
    model: ClassVar[type[Model]] = Opportunity
    word = "opportunity"

    def __init__(self, *, run: Import, plan: Plan, by: User | None, at: datetime) -> None:
        super().__init__(run=run, plan=plan, by=by, at=at)
        self.employers = Employers(at, plan.unknown(BY_ID))
        self.leads = LinkedLeads(plan)
        self.sales = Sales(run=run, by=by, at=at)
        self._changes_made = Table(OpportunityChange)
        self._columns = tuple(
            dict.fromkeys((*_ALWAYS, *(n for n in plan.columns_written if n != "stage")))
        )
        self._stages = {stage.pk: stage for stage in OpportunityStage.objects.all()}
        self._first = usual_stage(Status.OPEN)

    # --- deciding --------------------------------------------------------------------------
    def look(self, rows: Sequence[Row]) -> list[Decision]:
        self.leads.find(rows)
        self.employers.find(rows)
        self._name_catalogue(rows)
        self._wanted = {row.line: self._values(row) for row in rows if not row.problem}
        known = _Known(rows, self._columns)
        return decide(rows, known, self._changes, self.word)

    def _name_catalogue(self, rows: Sequence[Row]) -> None:
        """Stages, products and competitors that the rows name; new ones are made."""
        statuses = {
            row.values["stage"]: row.values["status"]
            for row in rows
            if row.values.get("stage") and row.values.get("status")
        }
        self._stage_of = stages_named(
            {row.values["stage"] for row in rows if row.values.get("stage")}, statuses
        )
        self._stages |= {stage.pk: stage for stage in self._stage_of.values()}
        self._products = products_named(_kept(rows, "product"))
        named = (name for name in _kept(rows, "competitor") if not outcome_named(name))
        self._competitors = competitors_named(named)

    def _values(self, row: Row) -> dict[str, Any]:
        """The columns that the row says, for a new opportunity and a known one alike."""
        values = {name: value for name, value in row.values.items() if name not in _OWN}
        values |= self._pointed_at(row)
        for name in ("name", "created_at"):
            if row.values.get(name):
                values[name] = row.values[name]
        if "created_at" in values:
            values["is_created_known"] = True
        try:
            return values | self._standing(row)
        except ValueError as error:
            row.problem = str(error)
            return values

    def _pointed_at(self, row: Row) -> dict[str, Any]:
        """Keys of what the row names, and the names of people and teams who are not here."""
        values: dict[str, Any] = {}
        for name in ("owner", "team"):
            found = row.references.get(name)
            if isinstance(found, Kept):
                values[f"{name}_name"] = found.text
            elif found is not None:
                values[f"{name}_id"] = found.pk
        if (product := self._named(row, "product", self._products)) is not None:
            values["product_id"] = product.pk
        if (campaign := row.references.get("campaign")) is not None:
            values["campaign_id"] = campaign.pk
        if (lead := self.leads.of(row)) is not None:
            values["lead_id"] = lead["id"]
        return values

    @staticmethod
    def _named(row: Row, name: str, made: dict[str, Any]) -> Any:
        found = row.references.get(name)
        return made.get(found.text) if isinstance(found, Kept) else found

    def _standing(self, row: Row) -> dict[str, Any]:
        """How far it is, and how it ended, where the row says anything about it."""
        given = row.values
        stage = self._stage_of.get(given.get("stage", ""))
        status = given.get("status") or (
            Status.LOST if given.get("lost_reason") and not stage else ""
        )
        closed = given.get("closed_at")
        if stage is None and not status:
            if closed is None:
                return {}
            raise ValueError("It was closed, but neither stage nor status says whether it was won.")
        stage = placed(stage, status)
        standing: dict[str, Any] = {"stage_id": stage.pk, "status": stage.status}
        if stage.status == Status.OPEN:
            # For an open one other systems call the day on which they hope to close it so.
            if closed is not None and "expected_close_on" not in given:
                standing["expected_close_on"] = timezone.localtime(closed).date()
            return standing
        standing["closed_at"] = closed
        reason = "lost_reason" if stage.status == Status.LOST else "won_reason"
        if given.get(reason):
            standing[reason] = given[reason]
        return standing | (self._lost_to(row) if stage.status == Status.LOST else {})

    def _lost_to(self, row: Row) -> dict[str, Any]:
        """To whom it was lost. Where a row says that it was nobody, a competitor only took part."""
        competitor = self._named(row, "competitor", self._competitors)
        lost_to = row.values.get("outcome_to", "")
        if not lost_to and competitor is None:
            named = row.references.get("competitor")
            lost_to = outcome_named(named.text) if isinstance(named, Kept) else ""
        if competitor is not None and lost_to in ("", LostTo.COMPETITOR):
            return {"competitor_id": competitor.pk, "outcome_to": LostTo.COMPETITOR}
        if lost_to == LostTo.COMPETITOR:
            return {"outcome_to": lost_to}
        return {"competitor_id": None, "outcome_to": lost_to} if lost_to else {}

    def _changes(self, row: Row, deal: Record) -> dict[str, Any]:
        wanted = dict(self._wanted[row.line])
        if deal["status"] != Status.OPEN and wanted.get("status") == Status.OPEN:
            # A file never opens again what was closed; an older export would.
            for name in ("stage_id", "status", "expected_close_on"):
                wanted.pop(name, None)
        elif wanted.get("status") == Status.WON:
            wanted |= {"lost_reason": "", "outcome_to": "", "competitor_id": None}
        elif wanted.get("status") == Status.LOST:
            wanted |= {"won_reason": ""}
        if wanted.get("closed_at", deal) is None:
            del wanted["closed_at"]
        changes = {name: value for name, value in wanted.items() if deal[name] != value}
        if self.employers.is_named(row):
            key = self.employers.of(row)
            if key is None or key != deal["company_id"]:
                changes["company_id"] = key
        return changes | attribute_changes(row, deal)

    def before_writing(self, decisions: list[Decision]) -> None:
        self.companies_made = self.employers.make([decision.row for decision in decisions])

    # --- writing ---------------------------------------------------------------------------
    def create(self, decisions: list[Decision]) -> list[Decision]:
        keys = self.table.next_ids(len(decisions))
        rows = [self._new(key, d.row) for key, d in zip(keys, decisions, strict=True)]
        made = self.table.insert({"updated_at": self.at}, rows)
        self.made |= made
        for key, decision in zip(keys, decisions, strict=True):
            if key in made:
                decision.record = {"id": key}
        self._tell_new([row for row in rows if row["id"] in made])
        self._meet(decisions)
        self._take_along(row.get("lead_id") for row in rows if row["id"] in made)
        return [d for key, d in zip(keys, decisions, strict=True) if key not in made]

    def _new(self, key: int, row: Row) -> dict[str, Any]:
        lead = self.leads.of(row) or {}
        values = {"status": Status.OPEN, "stage_id": self._first.pk} | self._wanted[row.line]
        values["id"] = key
        values["company_id"] = self.employers.of(row) or lead.get("company_id")
        values.setdefault("name", self._name(row, lead))
        owner: Any = row.references.get("owner")
        if owner is not None and "owner_id" in values and "team_id" not in values:
            values["team_id"] = min(owner.team_ids, default=None)
        closed = values.get("closed_at")
        if "created_at" not in values:
            values |= {"is_created_known": False, "created_at": closed or self.at}
        values["stage_entered_at"] = closed or values["created_at"]
        if values["status"] != Status.OPEN:
            values["persona_id"] = lead.get("persona_id")
        if row.attributes:
            values["attributes"] = row.attributes
        return values

    @staticmethod
    def _name(row: Row, lead: dict[str, Any]) -> str:
        said = row.company.get("name") or lead.get("full_name") or row.values["external_id"]
        return str(said)[:200]

    def update(self, decisions: list[Decision]) -> None:
        rows: list[dict[str, Any]] = []
        told: list[dict[str, Any]] = []
        for decision in decisions:
            deal, values = decision.record or {}, decision.changes
            if "company_id" in values:
                values["company_id"] = self.employers.of(decision.row)
            told += self._consequences(deal, values)
            rows.append(
                values | {"id": deal["id"], "version": deal["version"] + 1, "updated_at": self.at}
            )
        self.table.update_each(rows)
        self._changes_made.insert_new(self._who(), told)
        self._meet(decisions)
        tell_changes(decisions, run=self.run, by=self.by, model=Opportunity)
        self._take_along(
            d.changes.get("lead_id") or (d.record or {})["lead_id"]
            for d in decisions
            if d.changes.keys() & {"lead_id", "status"}
        )

    def _take_along(self, leads: Iterable[int | None]) -> None:
        self.moved += self.sales.follow({lead for lead in leads if lead is not None})

    def _consequences(self, deal: Record, values: dict[str, Any]) -> list[dict[str, Any]]:
        """What follows from a new stage or amount, and how the history tells it."""
        told = []
        if "stage_id" in values:
            stage: Any = self._stages[values["stage_id"]]
            at = values.get("closed_at") or self.at
            values |= {"status": stage.status, "stage_entered_at": at}
            if stage.status != Status.OPEN:
                values["closed_at"] = at
            kind = _CLOSING.get(Status(stage.status), OpportunityChange.Kind.MOVED)
            told.append(_told(deal["id"], kind, deal["stage_id"], stage.pk, at))
        if "amount" in values and values["amount"] != deal["amount"]:
            stage_id: Any = values.get("stage_id", deal["stage_id"])
            told.append(
                _told(deal["id"], OpportunityChange.Kind.VALUED, stage_id, stage_id, self.at)
                | {"amount_before": deal["amount"], "amount_after": values["amount"]}
            )
        return told

    # --- what hangs on them ----------------------------------------------------------------
    def _tell_new(self, rows: list[dict[str, Any]]) -> None:
        told: list[dict[str, Any]] = []
        for row in rows:
            closing = _CLOSING.get(Status(row["status"]))
            first = self._first.pk if closing else row["stage_id"]
            opened = _told(row["id"], OpportunityChange.Kind.OPENED, None, first, row["created_at"])
            told.append(opened | {"amount_after": row.get("amount")})
            if closing:
                at = row.get("closed_at") or row["created_at"]
                told.append(_told(row["id"], closing, first, row["stage_id"], at))
        self._changes_made.insert_new(self._who(), told)

    def _who(self) -> dict[str, Any]:
        return {
            "by_id": self.by.pk if self.by else None,
            "reason": f"Import of {self.run.filename}"[:300],
        }

    def _meet(self, decisions: Sequence[Decision]) -> None:
        """Competitors that were in it, whether or not it was lost to them."""
        met = Opportunity.competitors.through
        met.objects.bulk_create(
            [
                met(opportunity_id=d.record["id"], competitor_id=found.pk)
                for d in decisions
                if d.record is not None
                and (found := self._named(d.row, "competitor", self._competitors)) is not None
            ],
            ignore_conflicts=True,
        )


def _kept(rows: Sequence[Row], name: str) -> set[str]:
    return {found.text for row in rows if isinstance(found := row.references.get(name), Kept)}


def _told(deal: int, kind: str, before: int | None, after: int, at: datetime) -> dict[str, Any]:
    return {
        "opportunity_id": deal,
        "kind": kind,
        "from_stage_id": before,
        "to_stage_id": after,
        "at": at,
    }


class _Known:
    """The opportunities that the rows of a batch are about."""

    def __init__(self, rows: Sequence[Row], columns: Sequence[str]) -> None:
        ids = {text for row in rows for _, text in row.keys}
        deals = Opportunity.objects.filter(external_id__in=ids).exclude(external_id="")
        self.found = (
            {
                deal["external_id"]: deal
                for deal in deals.order_by().select_for_update(of=("self",)).values(*columns)
            }
            if ids
            else {}
        )

    def get(self, key: tuple[str, str]) -> Record | None:
        return self.found.get(key[1])
