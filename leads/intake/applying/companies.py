"""Companies of a file, and which belongs to which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import Model, Q

from leads.intake.applying.base import Applier
from leads.intake.deciding import Decision, Record, attribute_changes, decide
from leads.intake.history import tell_changes
from leads.intake.rows import Row
from leads.models import Company
from leads.normalising import company_key

#: Where the name of a parent is kept until the file, or a later one, brings that company.
PARENT = "parent_name"
_ALWAYS = (
    "id", "version", "external_id", "name", "name_key", "domain", "parent_id", "owner_id", "attributes",
)  # fmt: skip


class CompanyApplier(Applier):
    model: ClassVar[type[Model]] = Company
    word = "company"

    # --- deciding --------------------------------------------------------------------------
    def look(self, rows: Sequence[Row]) -> list[Decision]:
        self._parents = Parents(row.links["parent"] for row in rows if "parent" in row.links)
        known = _Known(rows, self.plan.columns_written)
        decisions = decide(rows, known, self._changes, self.word)
        return [self._named(decision) for decision in decisions]

    def _named(self, decision: Decision) -> Decision:
        """A company without a name can only be one that is here already."""
        if decision.outcome == "created" and not decision.row.values.get("name"):
            decision.outcome = "rejected"
            decision.reason = "No company here has this external id, and a new one needs a name."
        return decision

    def _changes(self, row: Row, company: Record) -> dict[str, Any]:
        changes = {name: value for name, value in row.values.items() if company[name] != value}
        if "external_id" in changes and company["external_id"]:
            del changes["external_id"]
        if "name_key" in changes and "name" not in changes:
            del changes["name_key"]
        owner = row.references.get("owner")
        if owner is not None and owner.pk != company["owner_id"]:
            changes["owner_id"] = owner.pk
        self._place(row, company["id"], company["parent_id"], changes)
        return changes | attribute_changes(row, company)

    def _place(self, row: Row, own: int, has: int | None, changes: dict[str, Any]) -> None:
        """The parent's key where it is known; else its name is kept."""
        if not (text := row.links.get("parent")):
            return
        parent = self._parents.of(text)
        if parent is None:
            row.attributes[PARENT] = text
        elif parent not in (own, has):
            changes["parent_id"] = parent

    # --- writing ---------------------------------------------------------------------------
    def create(self, decisions: list[Decision]) -> list[Decision]:
        keys = self.table.next_ids(len(decisions))
        rows = [self._new(key, d.row) for key, d in zip(keys, decisions, strict=True)]
        made = self.table.insert({"updated_at": self.at, "created_at": self.at}, rows)
        self.made |= made
        for key, decision in zip(keys, decisions, strict=True):
            if key in made:
                decision.record = {"id": key}
        self._wait(d for d in decisions if d.record is not None)
        return [d for key, d in zip(keys, decisions, strict=True) if key not in made]

    def _new(self, key: int, row: Row) -> dict[str, Any]:
        values = {"id": key} | row.values
        if owner := row.references.get("owner"):
            values["owner_id"] = owner.pk
        self._place(row, key, None, values)
        if row.attributes:
            values["attributes"] = row.attributes
        return values

    def update(self, decisions: list[Decision]) -> None:
        self.table.update_each(
            [
                d.changes
                | {"id": d.record["id"], "version": d.record["version"] + 1, "updated_at": self.at}
                for d in decisions
                if d.record is not None
            ]
        )
        tell_changes(decisions, run=self.run, by=self.by, model=Company)
        self._wait(decisions)

    def _wait(self, decisions: Iterable[Decision]) -> None:
        self.waiting += [
            d.record["id"] for d in decisions if d.record is not None and PARENT in d.row.attributes
        ]


class Parents:
    """Companies by what files call them: their external id first, then their name."""

    def __init__(self, texts: Iterable[str]) -> None:
        wanted = {text: company_key(text) for text in texts}
        self._keys = wanted
        self._by_id: dict[str, int] = {}
        self._by_name: dict[str, int] = {}
        if not wanted:
            return
        companies = Company.objects.order_by()
        found = companies.filter(external_id__in=wanted).exclude(external_id="")
        self._by_id = dict(found.values_list("external_id", "pk"))
        found = companies.filter(name_key__in=set(wanted.values()) - {""})
        self._by_name = dict(found.values_list("name_key", "pk"))

    def of(self, text: str) -> int | None:
        return self._by_id.get(text) or self._by_name.get(self._keys.get(text, ""))


class _Known:
    """The companies that the rows of a batch may be about."""

    def __init__(self, rows: Sequence[Row], columns: Sequence[str]) -> None:
        self.columns = tuple(dict.fromkeys((*_ALWAYS, *columns)))
        self.found: dict[tuple[str, str], Record] = {}
        wanted: dict[str, set[str]] = {}
        for row in rows:
            for kind, text in row.keys:
                wanted.setdefault(kind, set()).add(text)
        self._keep(wanted, "external_id", "external_id", ~Q(external_id=""))
        self._keep(wanted, "company", "name_key", Q())
        self._keep(wanted, "domain", "domain", Q())
        self._prefer_names(rows)

    def _keep(self, wanted: dict[str, set[str]], kind: str, column: str, also: Q) -> None:
        if kind not in wanted:
            return
        rows = Company.objects.filter(also, **{f"{column}__in": wanted[kind]}).order_by("pk")
        for record in rows.select_for_update(of=("self",)).values(*self.columns):
            self.found.setdefault((kind, record[column]), record)

    def _prefer_names(self, rows: Sequence[Row]) -> None:
        """Companies of one group share a domain: whose name is known is the one that is meant."""
        for row in rows:
            keys = dict(row.keys)
            named = self.found.get(("company", keys.get("company", "")))
            if named is not None and "domain" in keys:
                row.keys = (("company", keys["company"]),)

    def get(self, key: tuple[str, str]) -> Record | None:
        return self.found.get(key)


def place_waiting(ids: Sequence[int]) -> dict[int, int]:
    """Companies whose parents are here by now get them; child → parent. Safe to run twice."""
    waiting = [
        company
        for company in Company.objects.filter(pk__in=ids).select_for_update().order_by("pk")
        if company.attributes.get(PARENT)
    ]
    parents = Parents(company.attributes[PARENT] for company in waiting)
    placed: dict[int, int] = {}
    for company in waiting:
        parent = parents.of(company.attributes[PARENT])
        if parent is not None and parent != company.pk:
            company.parent_id = placed[company.pk] = parent
            del company.attributes[PARENT]
    done = [company for company in waiting if company.pk in placed]
    Company.objects.bulk_update(done, ["parent_id", "attributes"], batch_size=500)
    return placed
