"""Records that an import changed, put back field by field where the value still is what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from leads.intake.applying.base import plain
from leads.intake.models import ImportRow

#: Columns that only make sense together: they go back together or stay together.
GROUPS = (
    ("stage_id", "stage_revision_id", "stage_entered_at", "reached", "status", "converted_at", "closed_at", "lost_at",
     "lost_reason", "won_reason", "outcome_to", "competitor_id"),
    ("persona_id", "persona_revision_id", "persona_chosen_by_id"),
    ("heard_about_us", "heard_state", "heard_asked_by_id", "heard_asked_at"),
    ("owner_id", "team_id"),
    ("email", "email_key", "email_canonical"),
    ("first_name", "last_name", "full_name", "name_key"),
    ("name", "name_key"),
    ("phone", "phone_key"),
    ("created_at", "is_created_known"),
)  # fmt: skip


@dataclass
class Back:
    """What goes back on one record, and which fields stay because people changed them."""

    record: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    stays: list[str] = field(default_factory=list)
    note: str = ""


def back_of(row: ImportRow, record: dict[str, Any], model: type[models.Model]) -> Back:
    """Compare what the import wrote with what is there now."""
    back = Back(record, note=row.after.get("note", ""))
    after = {name: value for name, value in row.after.items() if name in record}
    changed = {name for name, value in after.items() if plain(record[name]) != value}
    stuck = {
        name
        for name in after
        if name != "attributes"
        and any(name in group and changed.intersection(group) for group in GROUPS)
    } | (changed - {"attributes"})
    for name in after:
        if name == "attributes":
            _attributes_back(row, back)
        elif name not in stuck:
            target: Any = model._meta.get_field(name)
            back.values[name] = (
                target.to_python(row.before.get(name))
                if not target.is_relation
                else row.before.get(name)
            )
    back.stays += sorted(changed - {"attributes"})
    return back


def _attributes_back(row: ImportRow, back: Back) -> None:
    have = dict(back.record["attributes"])
    before, after = row.before.get("attributes", {}), row.after["attributes"]
    for name, value in after.items():
        if have.get(name) != value:
            back.stays.append(f"attributes.{name}")
        elif name in before:
            have[name] = before[name]
        else:
            del have[name]
    if have != back.record["attributes"]:
        back.values["attributes"] = have


def written(backs: Sequence[Back], at: datetime) -> list[dict[str, Any]]:
    """Rows for the table: what goes back, with the version that tells open pages."""
    return [
        back.values
        | {"id": back.record["id"], "version": back.record["version"] + 1, "updated_at": at}
        for back in backs
        if back.values
    ]
