"""Companies that rows of leads and opportunities name: found, filled, made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from leads.intake.known import found_by
from leads.intake.mapping import KEEP, REJECT
from leads.intake.rows import Row
from leads.intake.writing import Table
from leads.models import Company

COLUMNS = ("external_id", "domain", "industry", "employees", "country", "region", "city")
BY_ID = "company.external_id"


class Employers:
    """The companies of one batch, by the key of their names and by their ids elsewhere."""

    def __init__(self, at: datetime, unknown: str) -> None:
        self.at, self.unknown = at, unknown
        self.by_name: dict[str, int] = {}
        self.by_id: dict[str, int] = {}
        self._table = Table(Company)

    def find(self, rows: Sequence[Row]) -> None:
        """Look up all that the rows name. An id that nobody has is kept, or speaks against its row."""
        keys = {row.company["name_key"] for row in rows if row.company.get("name_key")}
        ids = {row.links[BY_ID] for row in rows if BY_ID in row.links}
        self.by_name = found_by(Company, "name_key", keys)
        self.by_id = found_by(Company, "external_id", ids)
        if ids:
            for row in rows:
                self._check(row)

    def _check(self, row: Row) -> None:
        text = row.links.get(BY_ID)
        if not text or text in self.by_id or row.company.get("name_key"):
            return
        if self.unknown == REJECT:
            row.problem = (
                f"There is no company with the external id “{text}”. Import the companies first."
            )
        elif self.unknown == KEEP:
            row.attributes.setdefault("company_external_id", text)

    def of(self, row: Row) -> int | None:
        """The key of the row's company; None if it names none, or one that is yet to be made."""
        found = self.by_id.get(row.links.get(BY_ID, ""))
        return found or self.by_name.get(row.company.get("name_key", ""))

    def is_named(self, row: Row) -> bool:
        return bool(row.company.get("name_key") or row.links.get(BY_ID) in self.by_id)

    def make(self, rows: Iterable[Row]) -> set[int]:
        """Companies named for the first time are made; of known ones only blanks are filled."""
        given: dict[str, dict[str, Any]] = {}
        taken: set[str] = set()
        for row in rows:
            key = row.company.get("name_key")
            if key and row.links.get(BY_ID, "") not in self.by_id:
                facts = given.setdefault(key, {"name": row.company["name"]})
                text = row.links.get(BY_ID)
                if text and text not in taken and "external_id" not in facts:
                    facts["external_id"] = text
                    taken.add(text)
                for name, value in row.company.items():
                    if name in COLUMNS:
                        facts.setdefault(name, value)
        fresh = {key: facts for key, facts in sorted(given.items()) if key not in self.by_name}
        known = {
            key: facts for key, facts in given.items() if key in self.by_name and len(facts) > 1
        }
        made = self._insert(fresh) if fresh else set()
        if known:
            _fill(known, self.at)
        return made

    def _insert(self, fresh: dict[str, dict[str, Any]]) -> set[int]:
        ids = self._table.next_ids(len(fresh))
        made = self._table.insert(
            {"created_at": self.at, "updated_at": self.at},
            [
                facts | {"id": pk, "name_key": key}
                for pk, (key, facts) in zip(ids, fresh.items(), strict=True)
            ],
        )
        # Somebody else may have made one of them at the same moment: the unique name decided.
        self.by_name |= found_by(Company, "name_key", fresh)
        return made


def _fill(given: dict[str, dict[str, Any]], at: datetime) -> None:
    """Blanks of known companies are filled; what they have is never overwritten."""
    changed: list[Company] = []
    for company in Company.objects.filter(name_key__in=given).select_for_update().order_by("pk"):
        blank = {
            name: value
            for name, value in given[company.name_key].items()
            if getattr(company, name) in (None, "")
        }
        for name, value in blank.items():
            setattr(company, name, value)
        if blank:
            company.updated_at = at
            changed.append(company)
    if changed:
        Company.objects.bulk_update(changed, [*COLUMNS, "updated_at"], batch_size=200)
