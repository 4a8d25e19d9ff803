"""What messages ask for: an id in, a service call."""

from __future__ import annotations

from celery import shared_task

from portal.jobs import running, services


@shared_task
def run(job_id: int) -> None:
    running.run_job(job_id)


@shared_task(expires=10)
def sweep_jobs() -> None:
    services.beat("worker")
    services.sweep_jobs()


@shared_task
def prune_jobs() -> None:
    services.prune_jobs()
