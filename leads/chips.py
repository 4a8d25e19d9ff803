"""Filters in use, as chips that read as a sentence: "Stage is MQL", "Created on or after 2026-01-01"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leads.fields import ATTRIBUTES

if TYPE_CHECKING:
    from django.http import QueryDict

    from leads.filters import LeadFilter


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    remove_url: str


WORDS_ASKED = ("q", "search")
NOUNS = {
    "q": "Matches",
    "search": "Matches",
    "owner": "Owner",
    "campaign": "Campaign",
    "created_at": "Created",
    "updated_at": "Changed",
    "converted_at": "Won",
    "lost_at": "Lost",
    "next_step_on": "Next step",
    "heard_state": "Self-reported source",
    "landing_page": "Landing page",
    "external_id": "External id",
    "email": "E-mail",
    "reached": "Reached",
    "company": "Company no.",
}
WORDS = {"gte": "at least", "gt": "over", "lte": "at most", "lt": "under", "date": "on", "": "is"}
DAYS = {"gte": "on or after", "gt": "after", "lte": "up to", "lt": "before", "date": "on", "": "on"}
DAY_FIELDS = ("created_at", "updated_at", "converted_at", "lost_at", "next_step_on")


def chips(filters: LeadFilter, data: QueryDict) -> list[Chip]:
    values = {
        name: str(data[name]) for name in data if name in filters.filters or name in WORDS_ASKED
    }
    return [
        Chip(*_words(filters, name, value), _without(data, name))
        for name, value in values.items()
        if value or name == "source"
    ]


def _words(filters: LeadFilter, name: str, value: str) -> tuple[str, str]:
    if name in WORDS_ASKED:
        return NOUNS[name], f"“{value}”"
    if name == "filter":
        return "", filters.names.get(name, "A condition that cannot be read")
    key, _, lookup = name.removeprefix(ATTRIBUTES).partition("__")
    noun = NOUNS.get(key, key.replace("_", " ").capitalize())
    if lookup in {"isnull", "empty"}:
        return noun, "is not known" if value.lower() == "true" else "is known"
    if name == "source" and not value:
        return noun, "is not known"
    words = (DAYS if key in DAY_FIELDS else WORDS).get(lookup, "is")
    return f"{noun} {words}", filters.names.get(name) or _choice(filters, name, value)


def _choice(filters: LeadFilter, name: str, value: str) -> str:
    choices = getattr(filters.filters[name], "extra", {}).get("choices", ())
    return str(dict(choices).get(value, value))


def _without(data: QueryDict, name: str) -> str:
    rest = data.copy()
    for gone in (name, "after", "before"):
        rest.pop(gone, None)
    return f"?{rest.urlencode()}"
