"""Background work on bulk acts: an id in, a service call."""

from __future__ import annotations

from leads.bulk.models import BulkAct
from leads.bulk.services import acting, undoing
from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job


@job(acting.CARRY_OUT, requires="bulk.add_bulkact")
def carry_out(work: Job, checkpoint: Checkpoint) -> None:
    act = BulkAct.objects.for_list().get(pk=work.args["act"])
    acting.carry_out(act=act, checkpoint=checkpoint)


@job(undoing.PUT_BACK, requires="bulk.undo_bulkact")
def put_back(work: Job, checkpoint: Checkpoint) -> None:
    act = BulkAct.objects.for_list().get(pk=work.args["act"])
    undoing.put_back(act=act, checkpoint=checkpoint)
