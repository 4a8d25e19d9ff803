"""What the history says of records that an import had changed and that were put back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from leads.intake.models import Import
from leads.intake.putting_back import Back
from leads.models import Assignment, Lead, Note, StageChange
from leads.opportunities.models import Opportunity, OpportunityChange
from portal.activity.models import Activity

if TYPE_CHECKING:
    from portal.accounts.models import User


def tell_back(run: Import, by: User | None, model: Any, backs: Sequence[Back]) -> None:
    """The history of what was put back: stages, owners, fields; notes of the file go."""
    told = {"at": timezone.now(), "by": by, "reason": f"Import of {run.filename} undone"[:300]}
    if model is Lead:
        _tell_leads_back(run, backs, told)
    if model is Opportunity:
        _tell_opportunities_back(backs, told)
    lines = [
        Activity(
            actor=by, verb="undid_import", subject_type=model._meta.label_lower,
            subject_id=back.record["id"], summary=told["reason"],
            data={"fields": sorted(back.values), "version": back.record["version"] + 1},
        )
        for back in backs
    ]  # fmt: skip
    Activity.objects.bulk_create(lines, batch_size=500)


def _tell_leads_back(run: Import, backs: Sequence[Back], told: dict[str, Any]) -> None:
    moves = [
        StageChange(
            lead_id=back.record["id"], from_stage_id=back.record["stage_id"],
            to_stage_id=back.values["stage_id"], revision_id=back.values.get("stage_revision_id"),
            **told,
        )
        for back in backs if "stage_id" in back.values
    ]  # fmt: skip
    StageChange.objects.bulk_create(moves, batch_size=500)
    handed = [
        Assignment(
            lead_id=back.record["id"], from_owner_id=back.record["owner_id"],
            to_owner_id=back.values["owner_id"], **told,
        )
        for back in backs if "owner_id" in back.values
    ]  # fmt: skip
    Assignment.objects.bulk_create(handed, batch_size=500)
    noted = {back.record["id"]: back.note for back in backs if back.note}
    found = Note.objects.filter(
        lead_id__in=noted, form_token__in=set(noted.values()), created_at__gte=run.started_at
    )
    if gone := [note.pk for note in found if note.form_token == noted[note.lead_id]]:
        Note.objects.filter(pk__in=gone).delete()


def _tell_opportunities_back(backs: Sequence[Back], told: dict[str, Any]) -> None:
    moves = [
        OpportunityChange(
            opportunity_id=back.record["id"], kind=OpportunityChange.Kind.MOVED,
            from_stage_id=back.record["stage_id"], to_stage_id=back.values["stage_id"], **told,
        )
        for back in backs if "stage_id" in back.values
    ]  # fmt: skip
    OpportunityChange.objects.bulk_create(moves, batch_size=500)
