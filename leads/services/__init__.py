"""The acts on leads. Split by noun: the record, the work on it, its journal."""

from __future__ import annotations

from leads.services.bursts import restore_touchpoint
from leads.services.journal import (
    Contact,
    Recorded,
    add_note,
    follow_arrivals,
    follow_departures,
    hold_for,
    know_visitor,
    log_touchpoint,
    record_touchpoints,
)
from leads.services.records import change_lead, create_lead
from leads.services.work import (
    assign_lead,
    change_stage,
    choose_persona,
    claim_lead,
    give_lead,
    mark_lost,
    reopen_lead,
    set_next_step,
    set_source_told,
)

__all__ = [
    "Contact",
    "Recorded",
    "add_note",
    "assign_lead",
    "change_lead",
    "change_stage",
    "choose_persona",
    "claim_lead",
    "create_lead",
    "give_lead",
    "follow_arrivals",
    "follow_departures",
    "hold_for",
    "know_visitor",
    "log_touchpoint",
    "mark_lost",
    "record_touchpoints",
    "reopen_lead",
    "restore_touchpoint",
    "set_next_step",
    "set_source_told",
]
