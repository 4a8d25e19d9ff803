"""Every figure that the portal shows, by name. Pages, files, API and mails quote from here."""

from __future__ import annotations

from portal.metrics import adherence, conversion, funnel, handoffs, told, velocity, win_rate
from portal.metrics.metric import Metric

METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        *conversion.METRICS,
        *funnel.METRICS,
        *win_rate.METRICS,
        *velocity.METRICS,
        *told.METRICS,
        *handoffs.METRICS,
        *adherence.METRICS,
    )
}


def metric(name: str) -> Metric:
    """A figure by its name; asking for one that does not exist is a mistake of the programmer."""
    return METRICS[name]
