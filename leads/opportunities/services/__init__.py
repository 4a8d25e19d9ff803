"""The acts on opportunities. Split by noun: the record, the work on it, what is sold."""

from __future__ import annotations

from leads.opportunities.services.records import (
    Converted,
    change_opportunity,
    convert_lead,
    open_opportunity,
    sellers,
)
from leads.opportunities.services.work import (
    Ending,
    close_opportunity,
    move_opportunity,
    reopen_opportunity,
    stage_of_kind,
)

__all__ = [
    "Converted",
    "Ending",
    "change_opportunity",
    "close_opportunity",
    "convert_lead",
    "move_opportunity",
    "open_opportunity",
    "reopen_opportunity",
    "sellers",
    "stage_of_kind",
]
