"""The audit trail in words: what was done, to which record, and the details that were kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps

from portal.core.formatting import number_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.accounts.models import User
    from portal.activity.models import Activity

#: What only the machine reads.
UNTOLD = frozenset({"version"})


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the trail as people read it; ``url`` is empty where the record has no page."""

    pk: int
    at: datetime
    actor: User | None
    act: str
    record: str
    url: str
    summary: str
    details: list[tuple[str, str]]


def audit_lines(found: Iterable[Activity]) -> list[AuditLine]:
    """One query for each kind of record among them, to know which of them still have a page."""
    kept = list(found)
    addresses = _addresses(kept)
    return [
        AuditLine(
            line.pk,
            line.at,
            line.actor,
            act_in_words(line.verb),
            f"{kind_in_words(line.subject_type)} {line.subject_id}",
            addresses.get((line.subject_type, line.subject_id), ""),
            line.summary,
            details_of(line.data),
        )
        for line in kept
    ]


def act_in_words(verb: str) -> str:
    """ "exported_leads" → "Exported leads"."""
    words = verb.replace("_", " ")
    return words[:1].upper() + words[1:]


def kind_in_words(label: str) -> str:
    """ "talking_points.talkingpoint" → "Talking point"."""
    try:
        name = str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        name = label.rpartition(".")[2]
    return name[:1].upper() + name[1:]


def kinds_in_words() -> list[tuple[str, str]]:
    """The kinds of records that have a page, by name, for the filter."""
    paged = (model for model in apps.get_models() if hasattr(model, "get_absolute_url"))
    kinds = [(model._meta.label_lower, kind_in_words(model._meta.label_lower)) for model in paged]
    return sorted(kinds, key=lambda kind: kind[1])


def details_of(data: dict[str, Any]) -> list[tuple[str, str]]:
    told = ((name, _in_words(value)) for name, value in data.items() if name not in UNTOLD)
    return [(name.replace("_", " "), text) for name, text in told if text]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, list):
        return ", ".join(str(part).replace("_", " ") for part in value)
    if isinstance(value, dict):
        return ", ".join(
            f"{name.replace('_', ' ')} {_in_words(part)}" for name, part in value.items()
        )
    return "" if value is None else str(value)


def _addresses(found: list[Activity]) -> dict[tuple[str, int], str]:
    ids: dict[str, set[int]] = defaultdict(set)
    for line in found:
        ids[line.subject_type].add(line.subject_id)
    addresses: dict[tuple[str, int], str] = {}
    for label, wanted in ids.items():
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue  # A kind of record that this release no longer has.
        if hasattr(model, "get_absolute_url"):
            rows = model._default_manager.in_bulk(wanted)
            addresses |= {(label, pk): row.get_absolute_url() for pk, row in rows.items()}
    return addresses
