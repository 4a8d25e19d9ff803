"""Deciding about a pair without merging it, and what a person may hear about its other side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from leads.duplicates import holder_of, last_contacts
from leads.merging.likeness import Band, band_of
from leads.merging.models import Candidate, Merge
from leads.models import Lead
from leads.notices import Notice
from portal.accounts.roles import Department
from portal.activity.services import record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from leads.models import Touchpoint
    from portal.accounts.models import User


@transaction.atomic
def tell_apart(*, candidate: Candidate, by: User, reason: str) -> Candidate:
    """These are two people; the scan never asks again."""
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    candidate.tell_apart(by=by, reason=reason, at=timezone.now())
    candidate.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    for lead, other in ((candidate.low, candidate.high), (candidate.high, candidate.low)):
        data = {"other": other.pk}
        record(actor=by, verb="told_apart", subject=lead, summary=candidate.reason, data=data)
    return candidate


@transaction.atomic
def ask_again(*, candidate: Candidate, by: User) -> Candidate:
    """Take "not a duplicate" back."""
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    candidate.ask_again()
    candidate.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    record(actor=by, verb="asked_again", subject=candidate.low, data={"other": candidate.high_id})
    return candidate


def told_apart_at_entry(lead: Lead, others: Sequence[Lead], by: User | None, reason: str) -> None:
    """Who adds a person in spite of a warning has said why: that is remembered for each of them."""
    at = timezone.now()
    rows = []
    for other in others:
        low, high = sorted((lead.pk, other.pk))
        rows.append(
            Candidate(
                low_id=low,
                high_id=high,
                strength=0.5,
                band=Band.POSSIBLE,
                reasons=[["Warned of at entry", 0.0]],
                state=Candidate.State.APART,
                reason=reason[:300],
                decided_by=by,
                decided_at=at,
            )  # fmt: skip
        )
    Candidate.objects.bulk_create(rows, ignore_conflicts=True)


@dataclass(frozen=True)
class Neighbour:
    """The other side of a pair, as far as one person may know it.

    Without the right to open it there is no lead, no strength and no reason: whose it is, and when that
    person was last in contact, and nothing else.
    """

    holder: str
    lead: Lead | None = None
    candidate: Candidate | None = None
    contacted_by: str = ""
    contacted_at: datetime | None = None


def neighbours(lead: Lead, user: User, most: int = 5) -> list[Neighbour]:
    """Who may be the same person as a lead that the user has been let in to, strongest first."""
    pairs = list(Candidate.objects.open().of(lead.pk).for_list()[:most])
    others = [pair.high if pair.low_id == lead.pk else pair.low for pair in pairs]
    ids = [other.pk for other in others]
    rows = Lead.objects.permitted(user, "leads.view_lead").filter(pk__in=ids)
    visible = set(rows.values_list("pk", flat=True)) if ids else set()
    contacts = last_contacts(ids)
    return [
        _neighbour(pair, other, other.pk in visible, contacts.get(other.pk))
        for pair, other in zip(pairs, others, strict=True)
    ]


def may_be_known(lead: Lead, user: User) -> Notice | None:
    """Says on a record that there may be another of the same person; the panel below says which."""
    if not (getattr(lead, "may_be_known", False) and user.may("merging.view_candidate")):
        return None
    url = reverse("merging:lead-duplicates", args=[lead.pk])
    return Notice("This person may be here twice.", url, "See who it may be")


def _neighbour(
    pair: Candidate, other: Lead, is_visible: bool, touch: Touchpoint | None
) -> Neighbour:
    holder = holder_of(other)
    who = str(touch.by) if touch else ""
    at = touch.occurred_at if touch else None
    if not is_visible:
        return Neighbour(holder, contacted_by=who, contacted_at=at)
    return Neighbour(holder, other, pair, who, at)


def contacted_before(lead: Lead) -> Touchpoint | None:
    """Whether sales has been in contact with this person, here or under a likely duplicate.

    Asked before a lead is offered to anybody: who was contacted already is never offered as new.
    """
    return contacted_among([lead.pk]).get(lead.pk)


def contacted_among(leads: Sequence[int]) -> dict[int, Touchpoint]:
    """Lead → the last contact that sales had with the person, for any number with two queries."""
    persons: dict[int, set[int]] = {pk: {pk} for pk in leads}
    pairs = Candidate.objects.likely().filter(Q(low__in=leads) | Q(high__in=leads))
    for low, high in pairs.values_list("low", "high"):
        for one, other in ((low, high), (high, low)):
            if one in persons:
                persons[one].add(other)
    everybody = sorted(set().union(*persons.values()))
    touches = last_contacts(everybody, department=Department.SALES)
    found = {}
    for pk, ids in persons.items():
        if met := [touches[one] for one in ids if one in touches]:
            found[pk] = max(met, key=lambda touch: touch.occurred_at)
    return found


def judged() -> dict[Band, tuple[int, int]]:
    """Band → how many of its pairs people have merged and told apart: whether strength means what it says."""
    counts: dict[Band, tuple[int, int]] = {
        band: (0, 0) for band in Band if band is not Band.UNLIKELY
    }
    for band, apart in (
        Candidate.objects.filter(state=Candidate.State.APART)
        .order_by()
        .values_list("band")
        .annotate(number=Count("pk"))
    ):
        if band in counts:
            counts[Band(band)] = (0, apart)
    merges = Merge.objects.filter(Q(undone_at=None) & Q(strength__isnull=False))
    for strength in merges.values_list("strength", flat=True)[:10_000]:
        band = band_of(strength or 0.0)
        if band in counts:
            merged, apart = counts[band]
            counts[band] = (merged + 1, apart)
    return counts
