"""Which consent holds, and the history of it. ``strictest`` is plain; the rest writes in the caller's transaction.

The rule: a refusal anywhere holds for the person everywhere. A consent that was given holds until it is
refused; "unknown" says nothing, so it neither gives nor takes one. It never makes somebody contactable:
only a consent that was given does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone

if TYPE_CHECKING:
    from datetime import datetime

    from leads.models import Lead
    from portal.accounts.models import User

UNKNOWN, GRANTED, DENIED = "unknown", "granted", "denied"
#: The stricter stands first.
ORDER = (DENIED, GRANTED, UNKNOWN)


def strictest(states: Iterable[str]) -> str:
    """The consent that holds when several records of one person say different things."""
    said = set(states)
    return next((state for state in ORDER if state in said), UNKNOWN)


def state_consent(
    lead: Lead, *, source: str, at: datetime | None = None, given_at: datetime | None = None
) -> list[str]:
    """Note on the lead where its consent comes from and since when; the columns to save."""
    lead.consent_source, lead.consent_at = source[:120], given_at or at or timezone.now()
    return ["consent_source", "consent_at"]


def note_consent(
    lead: Lead, *, before: str, by: User | None, at: datetime, wording: str = ""
) -> None:
    """A line of the history, when the consent has changed. Append-only."""
    from leads.models import ConsentChange

    if before != lead.consent:
        ConsentChange.objects.create(
            lead=lead, from_state=before, to_state=lead.consent, source=lead.consent_source,
            at=lead.consent_at or at, by=by, wording=wording[:300],
        )  # fmt: skip


def note_consents(changed: Mapping[int, str], *, by: User | None, wording: str = "") -> int:
    """The history of many leads at once: lead → consent before. Two statements for any number."""
    from leads.models import ConsentChange, Lead

    rows = Lead._base_manager.filter(pk__in=changed).values(
        "pk", "consent", "consent_source", "consent_at"
    )
    now = timezone.now()
    lines = [_line(row, changed[row["pk"]], by, now, wording) for row in rows]
    made = ConsentChange.objects.bulk_create([line for line in lines if line], batch_size=1_000)
    return len(made)


def _line(row: Mapping[str, Any], before: str, by: User | None, now: datetime, wording: str) -> Any:
    from leads.models import ConsentChange

    if row["consent"] == before:
        return None
    return ConsentChange(
        lead_id=row["pk"], from_state=before, to_state=row["consent"], source=row["consent_source"],
        at=row["consent_at"] or now, by=by, wording=wording[:300],
    )  # fmt: skip
