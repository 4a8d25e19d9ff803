"""The pages of opportunities: the list, the board, the record, the acts, the panels elsewhere."""

from __future__ import annotations

from leads.opportunities.views.acts import (
    lead_convert,
    opportunity_close,
    opportunity_move,
    opportunity_next_step,
    opportunity_products,
    opportunity_reopen,
)
from leads.opportunities.views.lists import (
    opportunity_board,
    opportunity_export,
    opportunity_filters,
    opportunity_list,
)
from leads.opportunities.views.panels import company_panel, lead_panel
from leads.opportunities.views.records import (
    opportunity_create,
    opportunity_detail,
    opportunity_edit,
)

__all__ = [
    "company_panel",
    "lead_convert",
    "lead_panel",
    "opportunity_board",
    "opportunity_close",
    "opportunity_create",
    "opportunity_detail",
    "opportunity_edit",
    "opportunity_export",
    "opportunity_filters",
    "opportunity_list",
    "opportunity_move",
    "opportunity_next_step",
    "opportunity_products",
    "opportunity_reopen",
]
