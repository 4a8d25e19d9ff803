"""Taking an act back: only what nobody changed since; the rest is listed with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from leads.bulk.models import BulkAct, BulkChange
from leads.bulk.services import telling
from leads.bulk.services.orders import AT_ONCE
from leads.bulk.services.writing import COLUMNS, SLICE, held, keep, tell_history, write
from leads.models import Assignment, Lead, StageChange
from portal.accounts.models import User
from portal.activity.models import Activity
from portal.core.formatting import exact_text
from portal.funnel.models import Stage
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.jobs.registry import Checkpoint

PUT_BACK = "bulk.put_back"
MOMENTS = ("stage_entered_at", "converted_at")


@transaction.atomic
def undo_bulk_act(*, act: BulkAct, by: User) -> BulkAct:
    """Begin to put everything back; of two people at once, one does it and the other is told."""
    act = BulkAct.objects.select_for_update(of=("self",)).for_list().get(pk=act.pk)
    act.undo(at=timezone.now())
    act.undone_by = by
    won = BulkAct.objects.filter(pk=act.pk, state=BulkAct.State.DONE).update(
        state=act.state, undone_at=act.undone_at, undone_by=by
    )
    if not won:
        act.refresh_from_db()
        act.undo(at=timezone.now())
    if act.changed <= AT_ONCE:
        return put_back(act=act)
    act.job = enqueue(
        kind=PUT_BACK, args={"act": act.pk}, actor=by, unique_key=f"{PUT_BACK}:{act.pk}"
    )
    act.save(update_fields=["job"])
    return act


def put_back(*, act: BulkAct, checkpoint: Checkpoint | None = None) -> BulkAct:
    """Slice by slice; may run twice."""
    while act.state == BulkAct.State.UNDOING:
        with transaction.atomic():
            changes = list(
                act.changes.in_state(BulkChange.State.CHANGED).select_for_update()[:SLICE]
            )
            if changes:
                _put_back(act, changes)
            else:
                _finish(act)
            if checkpoint is not None:
                left = act.changes.filter(state=BulkChange.State.CHANGED).count()
                checkpoint({}, done=act.changed - left, total=act.changed)
    return act


def _finish(act: BulkAct) -> None:
    act.put_back = act.changes.filter(state=BulkChange.State.PUT_BACK).count()
    act.state = BulkAct.State.UNDONE
    ended = BulkAct.objects.filter(pk=act.pk, state=BulkAct.State.UNDOING)
    if ended.update(state=act.state, put_back=act.put_back):
        telling.tell_undone(act)


def _put_back(act: BulkAct, changes: Sequence[BulkChange]) -> None:
    at = timezone.now()
    by = act.undone_by
    leads = held(Lead.objects.permitted(by, "leads.view_lead"), changes) if by else {}
    refused = _refusals(act, changes, leads)
    done: list[Lead] = []
    for change in changes:
        lead = leads.get(change.lead_id)
        why = refused.get(change.lead_id, "")
        if lead is None or why:
            change.state = BulkChange.State.KEPT
            change.why = why or "No longer there, or out of your reach."
            continue
        for name, value in change.before.items():
            moment = name in MOMENTS and value
            setattr(lead, name, parse_datetime(value) if moment else value)
        change.state = BulkChange.State.PUT_BACK
        done.append(lead)
    write(done, COLUMNS[act.act], at=at)
    if done:
        _write_beside(act, done, changes, at=at)
        line = Activity(
            verb="bulk_undone",
            summary=act.what,
            data={"fields": _fields(act), "bulk_act": act.pk},
        )
        tell_history(done, line, by=by, at=at)
    keep(changes)


def _fields(act: BulkAct) -> list[str]:
    return {"assign": ["owner"], "stage": ["stage", "status"]}.get(act.act, ["tags"])


def _refusals(
    act: BulkAct, changes: Sequence[BulkChange], leads: dict[int, Lead]
) -> dict[int, str]:
    """Lead → why it stays as it is now."""
    touched = {
        change.lead_id
        for change in changes
        if change.lead_id in leads and leads[change.lead_id].version != change.version
    }
    refused = _who_touched(touched)
    if act.act == BulkAct.Act.ASSIGN:
        owners = {change.before.get("owner_id") for change in changes} - {None}
        able = {
            person.pk
            for person in User.objects.active().filter(pk__in=owners)
            if person.may("leads.change_lead")
        }
        gone = {c.lead_id for c in changes if c.before.get("owner_id") in owners - able}
        refused |= dict.fromkeys(gone - touched, "Who had it no longer works on leads.")
    elif act.act == BulkAct.Act.STAGE:
        active = set(Stage.objects.active().values_list("pk", flat=True))
        gone = {c.lead_id for c in changes if c.before.get("stage_id") not in active}
        refused |= dict.fromkeys(
            gone - touched, "The stage it came from is no longer in the funnel."
        )
    elif act.tag_id is None:
        refused |= {c.lead_id: "The tag was deleted meanwhile." for c in changes}
    return refused


def _who_touched(keys: set[int]) -> dict[int, str]:
    lines = Activity.objects.filter(
        subject_type=Lead._meta.label_lower, subject_id__in=keys
    ).select_related("actor")
    last = {line.subject_id: line for line in lines.order_by("at", "pk")}
    return dict.fromkeys(keys, "It was changed since.") | {
        key: f"{line.actor or 'Accord'} changed it on {exact_text(timezone.localtime(line.at))}."
        for key, line in last.items()
    }


def _write_beside(
    act: BulkAct, leads: Sequence[Lead], changes: Sequence[BulkChange], *, at: datetime
) -> None:
    keys = [lead.pk for lead in leads]
    through: Any = Lead.tags.through
    if act.act == BulkAct.Act.TAG:
        through.objects.filter(lead__in=keys, tag=act.tag_id).delete()
    elif act.act == BulkAct.Act.UNTAG:
        rows = [through(lead_id=key, tag_id=act.tag_id) for key in keys]
        through.objects.bulk_create(rows, ignore_conflicts=True)
    elif act.act == BulkAct.Act.STAGE:
        # The stage was never reached; reports count entries by these rows. The history tells it.
        moments = {change.at for change in changes}
        made = StageChange.objects.filter(lead__in=keys, to_stage=act.stage_id, at__in=moments)
        made.delete()
    else:
        rows = [
            Assignment(
                lead_id=lead.pk,
                from_owner_id=act.owner_id,
                to_owner_id=lead.owner_id,
                at=at,
                by=act.undone_by,
                reason="An assignment was undone",
            )
            for lead in leads
        ]
        Assignment.objects.bulk_create(rows)
