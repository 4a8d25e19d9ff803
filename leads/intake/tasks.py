"""Background work on imports: an id in, a service call."""

from __future__ import annotations

from leads.intake import services
from leads.intake.models import Import
from portal.core.errors import RuleViolation
from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job


@job("intake.read_import", requires="intake.add_import", max_seconds=1800)
def read_import(work: Job, checkpoint: Checkpoint) -> None:
    run = services.read_file(run=Import.objects.get(pk=work.args["import"]))
    services.go_on(run=run, by=work.actor, then=work.args.get("then") or {})


@job("intake.check_import", queue="bulk", requires="intake.add_import", max_seconds=4 * 3600)
def check_import(work: Job, checkpoint: Checkpoint) -> None:
    run = Import.objects.get(pk=work.args["import"])
    with services.failures_told(run):
        services.try_rows(run=run, by=work.actor, checkpoint=checkpoint)


@job("intake.apply_import", queue="bulk", requires="intake.add_import", max_seconds=12 * 3600)
def apply_import(work: Job, checkpoint: Checkpoint) -> None:
    run = Import.objects.get(pk=work.args["import"])
    if run.state != Import.State.RUNNING:
        raise RuleViolation("This import was stopped before it could go on.")
    with services.failures_told(run):
        services.apply_rows(run=run, by=work.actor, checkpoint=checkpoint)


@job("intake.undo_import", queue="bulk", requires="intake.undo_import", max_seconds=12 * 3600)
def undo_import(work: Job, checkpoint: Checkpoint) -> None:
    run = Import.objects.get(pk=work.args["import"])
    services.take_back(run=run, by=work.actor, checkpoint=checkpoint)
