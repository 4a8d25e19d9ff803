"""The portal's own figures as Prometheus text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min

from portal.jobs.models import Job, Pulse

Sample = tuple[str, dict[str, str], float]


def exposition(at: datetime) -> str:
    """All figures, in the text format that Prometheus reads."""
    blocks = [
        ("accord_jobs", "Background jobs by state and queue.", _jobs()),
        ("accord_oldest_due_job_seconds", "How late the most overdue job is.", _oldest(at)),
        ("accord_pulse_age_seconds", "Since the last sign of life of a part.", _pulses(at)),
    ]
    lines = []
    for name, meaning, samples in blocks:
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(labels)} {value:g}" for _, labels, value in samples]
    return "\n".join(lines) + "\n"


def _jobs() -> Iterator[Sample]:
    """Ended jobs but for the given-up ones are history, and counting them costs more each day."""
    counted = Job.objects.filter(state__in=[*Job.ACTIVE, Job.State.DEAD]).order_by()
    found = {
        (row["state"], row["queue"]): row["n"]
        for row in counted.values("state", "queue").annotate(n=Count("pk"))
    }
    for state in (*Job.ACTIVE, Job.State.DEAD):
        for queue in Job.Queue.values:
            yield "", {"state": str(state), "queue": queue}, found.get((str(state), queue), 0)


def _oldest(at: datetime) -> Iterator[Sample]:
    first = Job.objects.due(at).aggregate(first=Min("run_after"))["first"]
    yield "", {}, (at - first).total_seconds() if first else 0


def _pulses(at: datetime) -> Iterator[Sample]:
    for pulse in Pulse.objects.all():
        yield "", {"part": pulse.name}, max(0.0, (at - pulse.beat_at).total_seconds())


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    inside = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{inside}}}"
