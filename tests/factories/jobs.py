from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from portal.jobs.models import Job


def make_job(kind: str = "tests.count", **fields: Any) -> Job:
    """A waiting job whose wake-up was lost, unless the fields say otherwise."""
    if fields.get("state") == Job.State.RUNNING:
        fields.setdefault("lease_owner", "another worker")
        fields.setdefault("lease_until", timezone.now() + timedelta(seconds=60))
    return Job.objects.create(kind=kind, **fields)
