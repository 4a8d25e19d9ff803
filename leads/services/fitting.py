"""Keeping every lead with the persona it fits, when personas come into force or are retired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from leads.fits import SLICE, match_slice, personas_in_force
from leads.models import Lead
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from personas.models import Persona
    from portal.accounts.models import User
    from portal.documents.models import Revision
    from portal.jobs.models import Job
    from portal.jobs.registry import Checkpoint

MATCH_ALL = "leads.match_personas"


def persona_agreed(*, subject: Persona, revision: Revision, by: User) -> None:
    """New criteria are in force: every lead is matched again, in the background."""
    enqueue(kind=MATCH_ALL, actor=by, unique_key=f"match:{revision.pk}")


def persona_retired(*, subject: Persona, by: User) -> None:
    """Its leads are matched again, also those for whom somebody chose it: there is nothing to choose."""
    chosen = Lead.objects.filter(persona=subject).exclude(persona_chosen_by=None)
    chosen.order_by().update(persona_chosen_by=None)
    enqueue(kind=MATCH_ALL, actor=by, unique_key=f"match:retired:{subject.pk}")


def match_later(*, by: User | None, key: str) -> None:
    """Many leads came or changed at once: match them in the background, if there are personas."""
    if personas_in_force():
        enqueue(kind=MATCH_ALL, actor=by, unique_key=f"match:{key}")


def match_all(*, job: Job, checkpoint: Checkpoint) -> int:
    """Match all leads in slices of the primary key; each commits with its position.

    Personas are read anew for every slice, so a later agreement is never overwritten by an older
    job. Returns how many leads changed in this run.
    """
    last = Lead.objects.aggregate(last=Max("pk"))["last"] or 0
    position, changed = int(job.cursor.get("after", 0)), 0
    while position < last and (upper := Lead.objects.end_of_slice(position, SLICE)):
        with transaction.atomic():
            rows = Lead.objects.filter(pk__gt=position, pk__lte=upper)
            changed += match_slice(rows, personas_in_force())
            checkpoint({"after": upper}, done=min(upper, last), total=last)
        position = upper
    return changed
