"""Putting an agreed model into use, and taking it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from leads.scoring.models import ScoreChange, ScoringModel, Standing
from leads.scoring.services.rescoring import rescore_later
from portal.activity.services import record
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.documents.models import Revision
    from portal.jobs.models import Job


@transaction.atomic
def activate_scoring_model(*, model: ScoringModel, by: User | None) -> Job:
    """Let an agreed model give the scores. They change for everybody in one moment, when all are there."""
    model = ScoringModel.objects.select_related("document").get(pk=model.pk)
    revision = prepare(model)
    record(
        actor=by,
        verb="activated",
        subject=model,
        data={"revision": model.document.in_force.number if model.document.in_force else None},
    )
    return rescore_later(revision=revision, cause=ScoreChange.Cause.MODEL, by=by)


def prepare(model: ScoringModel) -> int:
    """Choose the agreed revision of a model as the next to be used; the revision's key."""
    document = model.document
    if document.retired_at is not None:
        raise RuleViolation("This model has been retired, so it cannot give scores any more.")
    if document.in_force_id is None:
        raise RuleViolation(
            "This model is not agreed yet. Both departments sign it before it can give scores."
        )
    standing = locked_standing()
    if standing.active_id == document.in_force_id:
        standing.preparing = None
    else:
        standing.preparing_id = document.in_force_id
    standing.save(update_fields=["preparing"])
    return document.in_force_id


def locked_standing() -> Standing:
    Standing.objects.get_or_create(pk=1)
    return Standing.objects.select_for_update().get(pk=1)


def scoring_model_agreed(*, subject: ScoringModel, revision: Revision, by: User) -> None:
    """A new revision of the model in use takes over by itself; so does the first model of all."""
    standing = locked_standing()
    chosen = standing.preparing or standing.active
    if chosen is None or chosen.document_id == subject.document_id:
        activate_scoring_model(model=subject, by=by)


def scoring_model_retired(*, subject: ScoringModel, by: User) -> None:
    """A retired model gives no scores; until another is put into use, leads have none."""
    standing = locked_standing()
    for name in ("active", "preparing"):
        revision = getattr(standing, name)
        if revision is not None and revision.document_id == subject.document_id:
            setattr(standing, name, None)
    standing.save(update_fields=["active", "preparing"])
