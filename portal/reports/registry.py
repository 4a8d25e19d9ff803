"""Every report, in the order in which they are offered."""

from __future__ import annotations

from portal.reports.funnel import FUNNEL
from portal.reports.handoffs import HANDOFFS
from portal.reports.report import Report
from portal.reports.scoring import SCORING
from portal.reports.sla import SLA
from portal.reports.sources import SOURCES
from portal.reports.told import SELF_REPORTED
from portal.reports.velocity import VELOCITY
from portal.reports.win_rate import WIN_RATE

REPORTS: dict[str, Report] = {
    report.name: report
    for report in (FUNNEL, SOURCES, HANDOFFS, SLA, WIN_RATE, VELOCITY, SELF_REPORTED, SCORING)
}
