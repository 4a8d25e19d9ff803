"""Bringing rows in: what is the same for every kind, and what each kind does in its own way."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from leads.intake.applying.base import Applier
from leads.intake.applying.companies import CompanyApplier
from leads.intake.applying.leads import LeadApplier
from leads.intake.applying.opportunities import OpportunityApplier
from leads.intake.applying.touchpoints import TouchpointApplier
from leads.intake.models import Import
from leads.intake.rows import Plan

if TYPE_CHECKING:
    from portal.accounts.models import User

APPLIERS: dict[str, type[Applier]] = {
    "leads": LeadApplier,
    "companies": CompanyApplier,
    "touchpoints": TouchpointApplier,
    "opportunities": OpportunityApplier,
}


def applier_for(*, run: Import, plan: Plan, by: User | None, at: datetime) -> Applier:
    return APPLIERS[run.kind](run=run, plan=plan, by=by, at=at)
