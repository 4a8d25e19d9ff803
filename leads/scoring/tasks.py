"""Background work on scores: an id in, a service call."""

from __future__ import annotations

from leads.scoring import services
from leads.scoring.models import Trial
from leads.scoring.services import trials
from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job


@job(services.RESCORE, queue="bulk")
def rescore_leads(work: Job, checkpoint: Checkpoint) -> None:
    services.rescore_all(
        revision=work.args["revision"],
        cause=work.args["cause"],
        checkpoint=checkpoint,
        cursor=work.cursor,
    )


@job(trials.TRY, queue="bulk", requires="scoring.try_scoringmodel")
def try_model(work: Job, checkpoint: Checkpoint) -> None:
    trials.run_trial(Trial.objects.select_related("revision", "by").get(pk=work.args["trial"]))
