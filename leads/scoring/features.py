"""What was known of leads, field by field, as levels: the stuff of suggestions and of leak checks."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from leads.conditions.folding import fold
from leads.fields import ATTRIBUTE_NAME, ATTRIBUTES
from leads.models import AttributeDefinition, Lead
from leads.normalising import clean_text
from leads.scoring.late import late_fields

if TYPE_CHECKING:
    from leads.querysets import LeadQuerySet

#: Fields that may be known when a lead comes in: name of the condition → column.
STANDARD = {
    name: name.replace("company.", "company__")
    for name in (
        "title seniority country city language source source_detail landing_page heard_about_us "
        "utm_source utm_medium utm_campaign utm_term utm_content "
        "company.industry company.employees company.country company.region"
    ).split()
}
STANDARD["campaign"] = "campaign__slug"
#: More leads than this teach nothing new; the newest are looked at.
MOST_LEADS = 200_000
#: A value that fewer leads share is no ground for a rule; a number is cut into so many ranges.
LEAST_LEADS = 30
RANGES = 5
MOST_LEVELS = 60
LONGEST = 200
#: Nearly every lead has its own value: a number or name of the record, not a trait.
DISTINCT = 0.9


@dataclass
class Feature:
    """One field. ``levels`` holds for each lead the name of its level, empty where not known."""

    name: str
    label: str
    levels: list[str] = field(default_factory=list)
    is_number: bool = False
    #: Level → the condition that finds it, as JSON.
    conditions: dict[str, dict[str, Any]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass
class Known:
    """Leads in order of time with what happened, and what was known of them."""

    leads: list[int]
    outcomes: list[bool]
    features: list[Feature]
    late: dict[str, tuple[int, int]] = field(default_factory=dict)


def outcome_of(goal: str) -> Q:
    """The leads that came to what a model is measured by."""
    reached = {"sql": 40, "opportunity": 50, "won": 60}[goal]
    return Q(status=Lead.Status.WON) | Q(reached__gte=reached) | Q(converted_at__isnull=False)


def known_of(rows: LeadQuerySet, goal: str, *, leave_out: Iterable[str] = ()) -> Known:
    """What was known of these leads. ``leave_out`` names fields that the question itself is about."""
    won = set(rows.filter(outcome_of(goal)).order_by().values_list("pk", flat=True))
    columns = ["pk", "attributes", *STANDARD.values()]
    newest = rows.order_by("-created_at", "-pk").values_list(*columns)[:MOST_LEADS]
    table = list(newest)[::-1]
    names = [name for name in STANDARD if name not in set(leave_out)]
    raw = {
        name: [row[2 + place] for row in table]
        for place, name in enumerate(STANDARD)
        if name in names
    }
    keys = sorted({key for row in table for key in row[1] if ATTRIBUTE_NAME.fullmatch(key)})
    for key in keys:
        if f"{ATTRIBUTES}{key}" not in set(leave_out):
            raw[f"{ATTRIBUTES}{key}"] = [row[1].get(key) for row in table]
    labels = dict(AttributeDefinition.objects.values_list("name", "label"))
    found = (_feature(name, values, labels) for name, values in raw.items())
    leads = [row[0] for row in table]
    outcomes = [pk in won for pk in leads]
    return Known(leads, outcomes, [f for f in found if f is not None], late_fields(rows))


def _feature(name: str, values: Sequence[Any], labels: dict[str, str]) -> Feature | None:
    """The field as levels; None where it says nothing or is a name of the record itself."""
    label = labels.get(name.removeprefix(ATTRIBUTES), "") if name.startswith(ATTRIBUTES) else ""
    label = label or name.removeprefix(ATTRIBUTES).replace("_", " ").replace(".", " ").capitalize()
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    filled = sum(1 for value in values if value not in (None, ""))
    if not filled:
        return None
    made = Feature(name, label)
    if len(numbers) > filled / 2:
        return _ranges(made, values, numbers)
    if filled > 50 and len({v for v in values if v not in (None, "")}) > DISTINCT * filled:
        return None
    return _words(made, values)


def _ranges(made: Feature, values: Sequence[Any], numbers: Sequence[float]) -> Feature | None:
    ordered = sorted(float(number) for number in numbers)
    if len(ordered) > 50 and len(set(ordered)) > DISTINCT * len(ordered):
        return None
    cuts = sorted(
        {ordered[len(ordered) * part // RANGES] for part in range(1, RANGES)} - {ordered[0]}
    )
    made.is_number = True
    for place in range(len(cuts) + 1):
        low = cuts[place - 1] if place else None
        high = cuts[place] if place < len(cuts) else None
        made.conditions[str(place)] = _between(made.name, low, high)
        made.texts[str(place)] = _range_text(low, high)
    for value in values:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        made.levels.append(str(bisect_right(cuts, float(value))) if is_number else "")
    return made


def _between(name: str, low: float | None, high: float | None) -> dict[str, Any]:
    parts = [{"field": name, "gte": _plain(low)}] if low is not None else []
    if high is not None:
        parts.append({"field": name, "lt": _plain(high)})
    if not parts:
        return {"field": name, "not_blank": True}
    return parts[0] if len(parts) == 1 else {"all": parts}


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _range_text(low: float | None, high: float | None) -> str:
    if low is None:
        return f"under {_plain(high):,}" if high is not None else "known"
    return (
        f"{_plain(low):,} or more" if high is None else f"{_plain(low):,} to under {_plain(high):,}"
    )


def _words(made: Feature, values: Sequence[Any]) -> Feature:
    """Texts that differ by case or accents only are one level, as conditions read them."""
    made.levels = [_level(value) for value in values]
    usual = Counter(level for level in made.levels if level).most_common(MOST_LEVELS)
    samples: dict[str, Any] = {}
    for level, value in zip(made.levels, values, strict=True):
        samples.setdefault(level, value)
    for level, _ in usual:
        value = samples[level]
        if made.name == "campaign":
            value = str(value)
        made.conditions[level] = {"field": made.name, "is": value}
        made.texts[level] = (
            {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        )
    return made


def _level(value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return str(value)
    text = fold(clean_text(str(value)))
    return text if len(text) <= LONGEST else ""
