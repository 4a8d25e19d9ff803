"""The records of this app."""

from __future__ import annotations

from leads.opportunities.models.catalogue import OpportunityStage, Product
from leads.opportunities.models.history import OpportunityChange, OpportunityLine
from leads.opportunities.models.opportunity import Opportunity, Outcome, Status

__all__ = [
    "Opportunity",
    "OpportunityChange",
    "OpportunityLine",
    "OpportunityStage",
    "Outcome",
    "Product",
    "Status",
]
