"""Acts on many leads at once: starting one, carrying it out, taking it back."""

from __future__ import annotations

from leads.bulk.services.acting import carry_out, start_bulk_act
from leads.bulk.services.orders import ACTIONS, MOST, MOST_TICKED, Order, choose, tag_named
from leads.bulk.services.undoing import put_back, undo_bulk_act

__all__ = [
    "ACTIONS",
    "MOST",
    "MOST_TICKED",
    "Order",
    "carry_out",
    "choose",
    "put_back",
    "start_bulk_act",
    "tag_named",
    "undo_bulk_act",
]
