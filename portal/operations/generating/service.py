"""Fills an empty or test database."""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from campaigns.models import Campaign
from leads.models import Company, Lead, StageChange, Touchpoint
from leads.opportunities.models import Opportunity, OpportunityChange
from personas.models import Persona
from portal.core.errors import RuleViolation
from portal.funnel.models import Stage
from portal.operations.generating.bare_tables import bare_tables
from portal.operations.generating.company import build_house
from portal.operations.generating.leads import make_leads, midnight_of
from portal.operations.generating.opportunities import make_opportunities
from portal.operations.generating.touchpoints import make_touchpoints

#: Tables that grow with the number of leads.
FILLED = (
    Company,
    Lead,
    Lead.tags.through,
    StageChange,
    Touchpoint,
    Opportunity,
    Opportunity.competitors.through,
    OpportunityChange,
)


@dataclass(frozen=True, slots=True)
class Generated:
    leads: int
    touchpoints: int
    opportunities: int


def generate(*, leads: int, touchpoints: int, opportunities: int, seed: int) -> Generated:
    """Make ``leads`` leads with companies, owners, campaigns, personas, history and opportunities.

    The same numbers, seed and day (UTC) give the same data. Refuses a database that people use.
    """
    refuse_real_data()
    if not Stage.objects.active().exists():
        raise RuleViolation("No funnel stages are in force. Run the migrations first.")
    chance = random.Random(seed)
    now = midnight_of(timezone.now())
    house = build_house(chance, leads=leads, today=now.date())
    with bare_tables(FILLED):
        made = make_leads(chance, house, leads, now=now)
        written = make_touchpoints(chance, made, touchpoints, now=now)
        sold = make_opportunities(chance, made.sales, opportunities, now=now)
    _gather_statistics()
    return Generated(len(made.created), written, sold)


def refuse_real_data() -> None:
    """Generated leads among real ones could not be told apart again."""
    if any(model.objects.exists() for model in (Lead, Company, Opportunity, Campaign, Persona)):
        raise RuleViolation(
            "This database already holds leads, companies, opportunities, campaigns or personas, so it was left as it is. "
            "Generate into an empty database: set DATABASE_URL to a new one and run the migrations."
        )


def _gather_statistics() -> None:
    """Let the planner know what came in; without it the first lists are slow.

    PostgreSQL also notes which pages everybody may see, so that counts are read from the index alone.
    """
    vacuums = connection.vendor == "postgresql" and not connection.in_atomic_block
    with connection.cursor() as cursor:
        for model in FILLED:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"{'VACUUM ANALYZE' if vacuums else 'ANALYZE'} {table}")
