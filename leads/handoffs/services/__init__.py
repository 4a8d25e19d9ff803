"""The acts on handoffs: offering, answering, passing on."""

from __future__ import annotations

from leads.handoffs.services.answering import (
    accept_handoff,
    after_merge,
    contact_made,
    reject_handoff,
    review_handoff,
    withdraw_handoff,
)
from leads.handoffs.services.offering import offer_lead, offer_many, offer_when_ready, refuse_claim
from leads.handoffs.services.passing import pass_on_handoff, pass_on_unanswered

__all__ = [
    "accept_handoff",
    "after_merge",
    "contact_made",
    "offer_lead",
    "offer_many",
    "offer_when_ready",
    "refuse_claim",
    "pass_on_handoff",
    "pass_on_unanswered",
    "reject_handoff",
    "review_handoff",
    "withdraw_handoff",
]
