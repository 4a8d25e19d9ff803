"""Carrying an act out, at once or as background work, in slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.bulk.models import BulkAct, BulkChange
from leads.bulk.services import telling
from leads.bulk.services.orders import ACTIONS, AT_ONCE, MOST, Order, kept_tag
from leads.bulk.services.writing import COLUMNS, SLICE, held, keep, tell_history, write
from leads.models import Assignment, Lead, StageChange
from leads.services.work import check_owner
from portal.activity.models import Activity
from portal.core.errors import RuleViolation
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from portal.accounts.models import User
    from portal.jobs.registry import Checkpoint

CARRY_OUT = "bulk.carry_out"
GONE = "No longer there, or out of your reach."


@transaction.atomic
def start_bulk_act(*, order: Order, leads: QuerySet[Any], by: User) -> BulkAct:
    """Do it to the leads: up to 200 now, more in the background. The same form acts once.

    ``leads`` are rows on which ``by`` may do it. Which ones they are is fixed now, so that what
    matches later is not touched.
    """
    if order.form_token and (made := BulkAct.objects.filter(form_token=order.form_token).first()):
        return made
    order.check()
    keys = list(leads.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not keys:
        raise RuleViolation("No lead is chosen, so nothing was changed.")
    if len(keys) > MOST:
        raise RuleViolation(
            f"These are more than {MOST:,} leads. Filter the list further; nothing was changed."
        )
    try:
        with transaction.atomic():
            act = _stored(order, len(keys), by=by)
    except IntegrityError:
        return BulkAct.objects.get(form_token=order.form_token)
    BulkChange.objects.bulk_create(
        [BulkChange(act=act, lead_id=key) for key in keys], batch_size=2_000
    )
    if len(keys) <= AT_ONCE:
        carry_out(act=act)
    else:
        act.job = enqueue(
            kind=CARRY_OUT, args={"act": act.pk}, actor=by, unique_key=f"{CARRY_OUT}:{act.pk}"
        )
        act.save(update_fields=["job"])
    return act


def _stored(order: Order, total: int, *, by: User) -> BulkAct:
    return BulkAct.objects.create(
        act=order.act,
        by=by,
        made_at=timezone.now(),
        owner=order.owner,
        stage=order.stage,
        tag=kept_tag(order.tag),
        reason=order.reason.strip()[:300],
        filters=order.filters[:2000],
        total=total,
        form_token=order.form_token,
    )


def carry_out(*, act: BulkAct, checkpoint: Checkpoint | None = None) -> BulkAct:
    """Slice by slice; each commits with its position. May run twice: what is done stays done."""
    while act.state == BulkAct.State.WORKING:
        with transaction.atomic():
            changes = list(
                act.changes.in_state(BulkChange.State.WAITING).select_for_update()[:SLICE]
            )
            if changes:
                _do(act, changes)
            else:
                _finish(act)
            if checkpoint is not None:
                done = act.changes.exclude(state=BulkChange.State.WAITING).count()
                checkpoint({}, done=done, total=act.total)
    return act


def _finish(act: BulkAct) -> None:
    """Only one of two runs finishes, and tells."""
    counts = act.changes.filter(state=BulkChange.State.CHANGED)
    act.changed, act.state = counts.count(), BulkAct.State.DONE
    ended = BulkAct.objects.filter(pk=act.pk, state=BulkAct.State.WORKING)
    if ended.update(state=act.state, changed=act.changed):
        telling.tell_done(act)


def _do(act: BulkAct, changes: Sequence[BulkChange]) -> None:
    at = timezone.now()
    rows = Lead.objects.permitted(act.by, ACTIONS[BulkAct.Act(act.act)])
    leads = held(rows, changes)
    columns = COLUMNS[act.act]
    tagged = _tagged(act, leads)
    done: list[Lead] = []
    before_owner: dict[int, Any] = {}
    for change in changes:
        lead = leads.get(change.lead_id)
        if lead is None:
            change.state, change.why = BulkChange.State.LEFT, GONE
            continue
        change.before = {name: _plain(getattr(lead, name)) for name in columns}
        before_owner[lead.pk] = lead.owner_id, lead.stage
        try:
            _change(act, lead, tagged, at=at)
        except RuleViolation as refusal:
            change.state, change.why = BulkChange.State.LEFT, refusal.message[:200]
            continue
        change.state, change.version, change.at = BulkChange.State.CHANGED, lead.version + 1, at
        done.append(lead)
    write(done, columns, at=at)
    _write_beside(act, done, before_owner, at=at)
    keep(changes)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _tagged(act: BulkAct, leads: dict[int, Lead]) -> set[int]:
    """Keys of those that carry the tag already."""
    if act.tag_id is None:
        return set()
    through = Lead.tags.through.objects.filter(tag=act.tag_id, lead__in=list(leads))
    return set(through.values_list("lead_id", flat=True))


def _change(act: BulkAct, lead: Lead, tagged: set[int], *, at: datetime) -> None:
    """The transition of one lead, as the act on a single one does it. Raises what hinders it."""
    if act.act == BulkAct.Act.ASSIGN:
        check_owner(lead, act.owner, act.by)
        lead.give_to(act.owner)
    elif act.act == BulkAct.Act.STAGE:
        stage = act.stage
        if stage is None:
            raise RuleViolation("The stage is gone.")
        if stage.position < lead.stage.position and not act.reason:
            raise RuleViolation("Going back to an earlier stage needs a reason.")
        lead.enter(stage, at=at, revision_id=stage.revision_id)
    elif act.tag_id is None:
        raise RuleViolation("The tag was deleted meanwhile.")
    elif (lead.pk in tagged) == (act.act == BulkAct.Act.TAG):
        says = "carries this tag already" if lead.pk in tagged else "does not carry this tag"
        raise RuleViolation(f"This lead {says}.")


def _write_beside(
    act: BulkAct, leads: Sequence[Lead], before: dict[int, Any], *, at: datetime
) -> None:
    """What stands beside the record: tags, assignments, stage changes, a line of history for each."""
    keys = [lead.pk for lead in leads]
    through: Any = Lead.tags.through
    beside: dict[str, Callable[[], object]] = {
        BulkAct.Act.TAG: lambda: through.objects.bulk_create(
            [through(lead_id=key, tag_id=act.tag_id) for key in keys], ignore_conflicts=True
        ),
        BulkAct.Act.UNTAG: lambda: through.objects.filter(lead__in=keys, tag=act.tag_id).delete(),
        BulkAct.Act.ASSIGN: lambda: Assignment.objects.bulk_create(
            [
                Assignment(
                    lead_id=key,
                    from_owner_id=before[key][0],
                    to_owner=act.owner,
                    at=at,
                    by=act.by,
                    reason=act.reason,
                )
                for key in keys
            ]
        ),
        BulkAct.Act.STAGE: lambda: StageChange.objects.bulk_create(
            [
                StageChange(
                    lead=lead,
                    from_stage=before[lead.pk][1],
                    to_stage=act.stage,
                    at=at,
                    by=act.by,
                    reason=act.reason,
                    revision_id=lead.stage_revision_id,
                )
                for lead in leads
            ]
        ),
    }
    if leads:
        beside[act.act]()
        tell_history(leads, _line(act), by=act.by, at=at)


def _line(act: BulkAct) -> Activity:
    verb, fields, summary = {
        BulkAct.Act.ASSIGN: ("assigned", ["owner"], act.reason),
        BulkAct.Act.STAGE: ("stage_changed", ["stage", "status"], f"→ {act.stage}"),
        BulkAct.Act.TAG: ("tagged", ["tags"], str(act.tag or "")),
        BulkAct.Act.UNTAG: ("untagged", ["tags"], str(act.tag or "")),
    }[BulkAct.Act(act.act)]
    return Activity(verb=verb, summary=summary, data={"fields": fields, "bulk_act": act.pk})
