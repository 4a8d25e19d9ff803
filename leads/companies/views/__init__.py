"""The pages of companies: list and record, the buying centre, the target lists."""

from __future__ import annotations

from leads.companies.views.centre import (
    buying_centre,
    lead_panel,
    member_add,
    member_edit,
    member_remove,
    member_verify,
    relation_add,
    relation_remove,
)
from leads.companies.views.lists import (
    companies_target,
    company_export,
    company_filters,
    company_list,
)
from leads.companies.views.records import (
    company_create,
    company_detail,
    company_edit,
    company_options,
    company_timeline,
)
from leads.companies.views.targets import (
    accounts_add,
    accounts_remove,
    target_list_create,
    target_list_detail,
    target_list_edit,
    target_list_list,
)

__all__ = [
    "accounts_add",
    "accounts_remove",
    "buying_centre",
    "companies_target",
    "company_create",
    "company_detail",
    "company_edit",
    "company_export",
    "company_filters",
    "company_list",
    "company_options",
    "company_timeline",
    "lead_panel",
    "member_add",
    "member_edit",
    "member_remove",
    "member_verify",
    "relation_add",
    "relation_remove",
    "target_list_create",
    "target_list_detail",
    "target_list_edit",
    "target_list_list",
]
