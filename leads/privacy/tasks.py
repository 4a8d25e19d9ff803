"""Background work on requests: an id in, a service call."""

from __future__ import annotations

from leads.privacy import retention, services
from leads.privacy.models import PersonRequest, RetentionRule
from portal.core.errors import RuleViolation
from portal.jobs.models import Job
from portal.jobs.registry import Checkpoint, job


@job("privacy.erase_person", queue="bulk", requires="privacy.run_personrequest")
def erase_person(work: Job, checkpoint: Checkpoint) -> None:
    request = PersonRequest.objects.get(pk=work.args["request"])
    try:
        services.erase(request=request, by=work.actor)
    except RuleViolation as error:
        services.failed(request=request, sentence=str(error))
        raise


@job("privacy.export_person", requires="privacy.run_personrequest")
def export_person(work: Job, checkpoint: Checkpoint) -> None:
    services.export(request=PersonRequest.objects.get(pk=work.args["request"]), by=work.actor)


@job("privacy.keep_rule", queue="bulk", max_seconds=4 * 3600)
def keep_rule(work: Job, checkpoint: Checkpoint) -> None:
    retention.keep(rule=RetentionRule.objects.get(pk=work.args["rule"]))
