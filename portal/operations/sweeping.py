"""Everything the clock does, in one list. Each sweeper may run at any time, twice, or late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from campaigns.following import follow_campaigns
from leads.handoffs.services import pass_on_unanswered
from leads.merging.services import scan_at_night
from leads.privacy.retention import sweep_retention
from leads.routing.services import reroute_departed
from leads.scoring.services import keep_scores
from leads.segments.services import count_segments
from portal.accounts.services import forget_expired
from portal.documents.services import remind_of_reviews
from portal.jobs.services import sweep_jobs
from portal.metrics.services import fold_rollups
from portal.notifications.delivery import deliver_due
from portal.slas.services import run_clocks
from portal.webhooks.services import sweep_deliveries

log = structlog.get_logger(__name__)

Sweeper = Callable[[datetime], dict[str, int]]

#: What the contract promises to count, whether or not anything does it yet.
PROMISED = ("warned", "breached", "escalated", "nurtured", "reminded")

#: In the order in which they run. Apps add theirs here, next to the acts they call.
SWEEPERS: list[Sweeper] = [
    sweep_jobs,
    run_clocks,
    pass_on_unanswered,
    reroute_departed,
    remind_of_reviews,
    follow_campaigns,
    sweep_deliveries,
    deliver_due,
    scan_at_night,
    forget_expired,
    count_segments,
    keep_scores,
    sweep_retention,
    fold_rollups,
]


@dataclass
class Swept:
    """What was done, summed over all sweepers, and which of them failed."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PROMISED, 0))
    failed: list[str] = field(default_factory=list)


def sweep(at: datetime) -> Swept:
    """Run every sweeper; one that fails does not keep the others from their work."""
    swept = Swept()
    for sweeper in SWEEPERS:
        try:
            for key, count in sweeper(at).items():
                swept.counts[key] = swept.counts.get(key, 0) + count
        except Exception:
            log.exception("sweeper_failed", kind=sweeper.__qualname__)
            swept.failed.append(f"{sweeper.__module__}.{sweeper.__qualname__}")
    return swept
