"""Taking a merge back: both records as they were, and a list of what cannot go back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from leads.former import merged_away
from leads.identity import KEY_COLUMNS
from leads.merging import carrying
from leads.merging.choosing import PARTS
from leads.merging.models import Candidate, Merge
from leads.merging.services.merging import plain, values_of
from leads.models import FormerKey, Lead
from leads.moving import followers
from leads.services.saving import Line, save_lead
from portal.activity.services import record

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


@transaction.atomic
def undo_merge(*, merge: Merge, by: User) -> Merge:
    """Both leads come back. What was made or changed since stays with the lead that was kept."""
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    kept = Lead.objects.select_for_update(of=("self",)).filter(pk=merge.lead_id).first()
    if kept is None:
        raise merged_away(merge.kept)
    at = timezone.now()
    merge.undo(by=by, at=at)
    manifest = merge.manifest
    ids = [pk for group in manifest["former"].values() for pk in group]
    FormerKey.objects.filter(pk__in=ids).delete()
    Candidate.objects.filter(pk__in=manifest["apart"]).delete()
    report = _give_back_values(kept, manifest, by=by, at=at)
    report += _bring_back(manifest, kept)
    theirs, mine = manifest["topics"]
    both = (theirs, mine) if theirs and mine else None
    report += carrying.carry_back(manifest, lost=merge.lost, kept=kept, topics=both)
    if theirs and not mine:
        report += carrying.leave_since(manifest, topic=theirs, kept=kept)
    merge.report = report
    merge.save(update_fields=["undone_at", "undone_by", "report"])
    lost = Lead.objects.get(pk=merge.lost)
    record(actor=by, verb="merge_undone", subject=lost, data={"merge": merge.pk}, at=at)
    for lead in (kept, lost):
        for follow in followers():
            follow(lead)
    return merge


def _give_back_values(kept: Lead, manifest: dict[str, Any], *, by: User, at: datetime) -> list[str]:
    """Columns that the merge changed and nobody since get their old values."""
    now = plain(values_of(kept))
    old = {column.attname: column for column in Lead._meta.concrete_fields}
    back, stays = [], []
    for name, value in manifest["before"].items():
        if now[name] != manifest["after"][name]:
            stays.append(name)
            continue
        setattr(kept, name, old[name].to_python(value) if value is not None else None)
        back.append(name)
    kept.know()
    line = Line("merge_undone", fields=sorted(_parts_of(back)))
    save_lead(kept, sorted({*back, *KEY_COLUMNS}), line, by=by, at=at)
    return [f"{label} was changed since and stays." for label in sorted(_labels_of(stays))]


def _parts_of(columns: list[str]) -> set[str]:
    return {part.name for part in PARTS if set(part.columns) & set(columns)}


def _labels_of(columns: list[str]) -> set[str]:
    known = {column: part.label for part in PARTS for column in part.columns}
    ours = {"attributes": "What is kept under attributes", "consent": "The consent"}
    return {known.get(name) or ours[name] for name in columns if name in known or name in ours}


def _bring_back(manifest: dict[str, Any], kept: Lead) -> list[str]:
    """The lost row, under its old number. A key that the other bears by now stays there."""
    made = carrying.unpacked(manifest["lost"])[0]
    lost, report = made.object, []
    if lost.email_key and lost.email_key == kept.email_key:
        report.append(f"The e-mail address {lost.email} stays with the lead that was kept.")
        lost.email, lost.email_key, lost.email_canonical = "", "", ""
    if lost.external_id and lost.external_id == kept.external_id:
        report.append(f"The external id {lost.external_id} stays with the lead that was kept.")
        lost.external_id = ""
    made.save()
    return report
