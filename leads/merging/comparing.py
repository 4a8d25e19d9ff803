"""Two records side by side: every field, whose value a merge would keep, and everything that moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from leads.merging import rights
from leads.merging.choosing import ATTRIBUTE, PARTS, Part, Side, combined, usual_side
from leads.merging.services.merging import values_of
from leads.models import Lead
from leads.moving import Relation, Way, pointers, relations_to_leads, relations_to_topics, ways

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: Relations that are told of with the merge itself.
_OWN = ("leads.formerkey", "merging.merge")


@dataclass(frozen=True)
class Row:
    """One field of two records. ``chosen`` is the lead whose value is kept; empty where nobody chooses."""

    key: str
    label: str
    values: tuple[str, str]
    chosen: int | None = None
    result: str = ""

    @property
    def differs(self) -> bool:
        return self.values[0] != self.values[1]


@dataclass(frozen=True)
class Moving:
    """How many rows of one kind each record has."""

    noun: str
    counts: tuple[int, int]


def compared(one: Lead, other: Lead, kept: Lead) -> list[Row]:
    """The fields in which either record has something."""
    lost = other if kept.pk == one.pk else one
    mine, theirs = values_of(kept), values_of(lost)
    rows = []
    for part in PARTS:
        texts = (text_of(one, part), text_of(other, part))
        if any(texts):
            side = usual_side(part, mine, theirs)
            chosen = lost.pk if side is Side.LOST else kept.pk
            rows.append(Row(part.name, part.label, texts, chosen))
    names = sorted(one.attributes.keys() | other.attributes.keys())
    for name in names:
        texts = (str(one.attributes.get(name, "")), str(other.attributes.get(name, "")))
        chosen = kept.pk if name in kept.attributes else lost.pk
        rows.append(Row(f"{ATTRIBUTE}{name}", name.replace("_", " ").capitalize(), texts, chosen))
    return rows + _united(one, other, combined(mine, theirs, {}))


def _united(one: Lead, other: Lead, after: dict[str, Any]) -> list[Row]:
    consent = dict(Lead.Consent.choices)
    result = f"{consent[after['consent']]}: the stricter of the two, for the address that is kept"
    created = _day(after["created_at"])
    return [
        Row("consent", "Consent", (consent[one.consent], consent[other.consent]), result=result),
        Row(
            "created_at",
            "Known since",
            (_day(one.created_at), _day(other.created_at)),
            result=created,
        ),
    ]


def text_of(lead: Lead, part: Part) -> str:
    """What a part holds, in words."""
    special = {
        "name": lead.name,
        "company": str(lead.company or ""),
        "owner": rights.name_of(rights.place_of(lead)).capitalize()
        if lead.owner is None
        else str(lead.owner),
        "stage": f"{lead.stage}, {lead.get_status_display().lower()}",
        "next_step": ", ".join(filter(None, [lead.next_step, _day(lead.next_step_on)])),
        "campaign": str(lead.campaign or ""),
        "persona": str(lead.persona or ""),
    }
    if part.name in special:
        return special[part.name]
    if part.name == "heard_about_us":
        return ", ".join(filter(None, [lead.heard_about_us, lead.heard_detail]))
    # What was tracked follows the touchpoints, so it is not shown twice.
    texts = (getattr(lead, name) for name in part.columns if not name.startswith("tracked_"))
    return ", ".join(str(text) for text in texts if text)


def _day(value: Any) -> str:
    if value is None:
        return ""
    value = timezone.localtime(value) if hasattr(value, "hour") else value
    return f"{value.day} {value:%B %Y}"


def moving(one: Lead, other: Lead) -> list[Moving]:
    """Everything that goes along, counted for both records: one statement, and one for each pointer."""
    found: dict[str, list[int]] = {}
    for noun, counts in _related((one.pk, other.pk)) + _pointing((one.pk, other.pk)):
        before = found.get(noun, [0, 0])
        found[noun] = [before[0] + counts[0], before[1] + counts[1]]
    return [Moving(noun.capitalize(), (a, b)) for noun, (a, b) in found.items() if a or b]


def _related(pair: tuple[int, int]) -> list[tuple[str, list[int]]]:
    known = ways()
    counted = [
        (relation, "pk")
        for relation in relations_to_leads()
        if known.get(relation.label) is Way.MOVES and not relation.label.startswith(_OWN)
    ] + [(relation, "topic_id") for relation in relations_to_topics()]
    numbers = {
        f"n{at}": Coalesce(Subquery(_number(relation, key)), 0)
        for at, (relation, key) in enumerate(counted)
    }
    rows: Any = Lead.objects.filter(pk__in=pair).order_by().values("pk").annotate(**numbers)
    by_lead = {row["pk"]: row for row in rows}
    return [
        (relation.noun, [by_lead[pk][f"n{at}"] for pk in pair])
        for at, (relation, _) in enumerate(counted)
    ]


def _number(relation: Relation, key: str) -> QuerySet[Any]:
    """How many rows of a relation hang on the lead (or on its topic) outside."""
    rows = relation.model._base_manager.filter(**{relation.field: OuterRef(key)}).order_by()
    return rows.values(relation.field).annotate(number=Count("pk")).values("number")


def _pointing(pair: tuple[int, int]) -> list[tuple[str, list[int]]]:
    found = []
    for pointer in pointers():
        noun = str(pointer.model._meta.verbose_name_plural)
        both = [Q(**pointer.values(pk)) for pk in pair]
        counts = pointer.model._base_manager.filter(both[0] | both[1]).aggregate(
            one=Count("pk", filter=both[0]), other=Count("pk", filter=both[1])
        )
        found.append(
            ("lines of history" if noun == "activity" else noun, [counts["one"], counts["other"]])
        )
    return found
