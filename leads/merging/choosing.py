"""Which of two records stays, and what the one record holds afterwards. Plain choice over values.

``Values`` are the columns of a lead by name. Some are chosen together, because apart they would
tell a lie: the touch that somebody came by with its landing page, a stage with its date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]


class Side(StrEnum):
    """Whose value is kept: of the lead that stays, or of the one that goes."""

    KEPT = "kept"
    LOST = "lost"


Rule = Callable[[Values, Values], Side]


def _older(kept: Values, lost: Values) -> Side:
    return Side.LOST if lost["created_at"] < kept["created_at"] else Side.KEPT


def _newer(kept: Values, lost: Values) -> Side:
    return Side.LOST if lost["created_at"] > kept["created_at"] else Side.KEPT


def _further(kept: Values, lost: Values) -> Side:
    """Won before open before lost, then the further stage."""
    rank = {"won": 2, "open": 1}
    mine = (rank.get(kept["status"], 0), kept["reached"])
    theirs = (rank.get(lost["status"], 0), lost["reached"])
    return Side.LOST if theirs > mine else Side.KEPT


def _chosen_by_people(kept: Values, lost: Values) -> Side:
    is_theirs = lost["persona_chosen_by_id"] and not kept["persona_chosen_by_id"]
    return Side.LOST if is_theirs else Side.KEPT


def _stays(kept: Values, lost: Values) -> Side:
    return Side.KEPT


@dataclass(frozen=True)
class Part:
    """What is chosen as one. ``rule`` says whose it is when both have something and nobody chose."""

    name: str
    label: str
    columns: tuple[str, ...]
    rule: Rule = _stays
    #: Other names under which it may be asked for.
    others: tuple[str, ...] = ()

    def is_empty(self, values: Values) -> bool:
        return values[self.columns[0]] in (None, "")


PARTS: tuple[Part, ...] = (
    Part("name", "Name", ("full_name", "first_name", "last_name")),
    Part("email", "E-mail", ("email",)),
    Part("phone", "Phone", ("phone",)),
    Part("company", "Company", ("company_id",), others=("company.name",)),
    Part("title", "Job title", ("title",)),
    Part("seniority", "Seniority", ("seniority",)),
    Part("country", "Country", ("country",)),
    Part("city", "City", ("city",)),
    Part("language", "Language", ("language",)),
    Part("external_id", "External id", ("external_id",)),
    Part("owner", "Owner", ("owner_id", "team_id"), others=("team",)),
    Part(
        "stage",
        "Stage",
        ("stage_id", "stage_revision_id", "stage_entered_at", "status", "lost_reason", "lost_at", "converted_at"),
        _further,
    ),
    Part("next_step", "Next step", ("next_step", "next_step_on")),
    Part(
        "source",
        "Source (first touch)",
        ("source", "tracked_source", "source_detail", "landing_page", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
        _older,
    ),
    Part("converting_source", "Converting touch", ("converting_source", "tracked_converting_source"), _newer),
    Part(
        "heard_about_us",
        "How they heard about us",
        ("heard_about_us", "heard_detail", "heard_state", "heard_asked_by_id", "heard_asked_at"),
    ),
    Part("campaign", "Campaign", ("campaign_id",), _older),
    Part(
        "persona",
        "Persona",
        ("persona_id", "persona_revision_id", "persona_chosen_by_id"),
        _chosen_by_people,
    ),
)  # fmt: skip
#: Columns that nobody chooses: they follow from both.
UNITED = ("consent", "consent_source", "consent_at", "reached", "created_at", "attributes")
#: Columns that a merge leaves to the row that stays, or works out afterwards.
OWN = (
    "id", "topic_id", "email_key", "email_canonical", "phone_key", "name_key", "updated_at", "version", "form_token",
)  # fmt: skip
ATTRIBUTE = "attributes."


def part_named(name: str) -> Part | None:
    """The part that holds a field: ``utm_source`` is chosen with the source it belongs to."""
    for part in PARTS:
        if name in (part.name, *part.others, *part.columns) or f"{name}_id" in part.columns:
            return part
    return None


def usual_side(part: Part, kept: Values, lost: Values) -> Side:
    """Whose value it is when nobody chooses: a blank never wins."""
    if part.is_empty(lost):
        return Side.KEPT
    if part.is_empty(kept):
        return Side.LOST
    return part.rule(kept, lost)


def combined(kept: Values, lost: Values, choices: Mapping[str, Side]) -> dict[str, Any]:
    """The columns of the one record. ``choices`` names parts, and attributes as ``attributes.NAME``."""
    new: dict[str, Any] = {}
    for part in PARTS:
        side = choices.get(part.name) or usual_side(part, kept, lost)
        source = lost if side is Side.LOST else kept
        new |= {column: source[column] for column in part.columns}
    new["attributes"] = _attributes(kept["attributes"], lost["attributes"], choices)
    new["reached"] = max(kept["reached"], lost["reached"])
    new["created_at"] = min(kept["created_at"], lost["created_at"])
    return new | strictest(kept, lost, email=new["email"])


def _attributes(kept: Values, lost: Values, choices: Mapping[str, Side]) -> dict[str, Any]:
    united = {**lost, **kept}
    for name in lost.keys() & kept.keys():
        if choices.get(f"{ATTRIBUTE}{name}") is Side.LOST:
            united[name] = lost[name]
    return united


def strictest(kept: Values, lost: Values, *, email: str) -> dict[str, Any]:
    """The consent that holds for both records, with its source and time.

    A refusal on either holds. A consent holds for the address it was given for: it stays when the
    record that has it is the one whose address stays, or when both have it; else nobody has asked.
    """
    both = (kept, lost)
    for record in both:
        if record["consent"] == "denied":
            return _consent(record)
    granted = [record for record in both if record["consent"] == "granted"]
    if len(granted) == 2:
        # The later of two consents is the one that can be shown.
        return _consent(
            max(granted, key=lambda r: (r["consent_at"] is not None, str(r["consent_at"])))
        )
    for record in granted:
        if record["email"] == email:
            return _consent(record)
    return {"consent": "unknown", "consent_source": "", "consent_at": None}


def _consent(record: Values) -> dict[str, Any]:
    return {name: record[name] for name in ("consent", "consent_source", "consent_at")}


# --- which of the two stays ----------------------------------------------------------------------
@dataclass(frozen=True)
class Standing:
    """What counts when nobody says which record stays."""

    pk: int
    is_contacted: bool
    is_won: bool
    reached: int
    created_at: Any


def stays(one: Standing, other: Standing) -> tuple[int, str]:
    """Which of two stays, and the sentence that says why."""
    for yes, why in (
        (lambda s: s.is_won, "it is a customer"),
        (lambda s: s.is_contacted, "sales has already been in contact"),
    ):
        if yes(one) != yes(other):
            return (one if yes(one) else other).pk, f"It stays because {why}."
    if one.reached != other.reached:
        further = max(one, other, key=lambda s: s.reached)
        return further.pk, "It stays because it has come further."
    older = min(one, other, key=lambda s: (s.created_at, s.pk))
    return older.pk, "It stays because it was here first."
