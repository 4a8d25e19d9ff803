"""The acts on possible duplicates: look for them, tell them apart, merge them, undo it."""

from __future__ import annotations

from leads.merging.services.merging import Wish, merge_leads, who_stays, wishes_of
from leads.merging.services.pairs import (
    ask_again,
    contacted_among,
    contacted_before,
    may_be_known,
    neighbours,
    tell_apart,
    told_apart_at_entry,
)
from leads.merging.services.scans import (
    flag_duplicates,
    last_scan,
    scan_at_night,
    start_over,
    start_scan,
)
from leads.merging.services.undoing import undo_merge

__all__ = [
    "Wish",
    "ask_again",
    "contacted_among",
    "contacted_before",
    "flag_duplicates",
    "last_scan",
    "may_be_known",
    "merge_leads",
    "neighbours",
    "scan_at_night",
    "start_over",
    "start_scan",
    "tell_apart",
    "told_apart_at_entry",
    "undo_merge",
    "who_stays",
    "wishes_of",
]
