"""The pages of leads: the list, the record, the acts."""

from __future__ import annotations

from leads.views.acts import (
    lead_assign,
    lead_change_stage,
    lead_claim,
    lead_mark_lost,
    lead_next_step,
    lead_persona,
    lead_reopen,
    lead_source,
    note_add,
    touchpoint_log,
)
from leads.views.conditions import condition_count, condition_edit
from leads.views.fitting import persona_panel
from leads.views.lists import columns_keep, lead_export, lead_filters, lead_list
from leads.views.records import lead_create, lead_detail, lead_drawer, lead_edit, lead_timeline
from leads.views.saved_views import (
    saved_view_copy,
    saved_view_create,
    saved_view_default,
    saved_view_delete,
    saved_view_edit,
    saved_view_list,
    saved_view_move,
    saved_view_pin,
    saved_view_restore,
    saved_view_unpin,
    saved_view_update,
)
from leads.views.touches import touchpoint_list, touchpoint_restore

__all__ = [
    "columns_keep",
    "condition_count",
    "condition_edit",
    "lead_assign",
    "lead_change_stage",
    "lead_claim",
    "lead_create",
    "lead_detail",
    "lead_drawer",
    "lead_edit",
    "lead_export",
    "lead_filters",
    "lead_list",
    "lead_mark_lost",
    "lead_next_step",
    "lead_persona",
    "lead_reopen",
    "lead_source",
    "lead_timeline",
    "note_add",
    "persona_panel",
    "saved_view_copy",
    "saved_view_create",
    "saved_view_default",
    "saved_view_delete",
    "saved_view_edit",
    "saved_view_list",
    "saved_view_move",
    "saved_view_pin",
    "saved_view_restore",
    "saved_view_unpin",
    "saved_view_update",
    "touchpoint_list",
    "touchpoint_log",
    "touchpoint_restore",
]
