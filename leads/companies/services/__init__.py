"""The acts on companies, buying centres and target lists."""

from __future__ import annotations

from leads.companies.services.centre import (
    Part,
    add_member,
    add_relation,
    change_member,
    remove_member,
    remove_relation,
    verify_member,
)
from leads.companies.services.records import change_company, create_company
from leads.companies.services.targets import (
    ListValues,
    add_accounts,
    change_target_list,
    create_target_list,
    remove_accounts,
)

__all__ = [
    "ListValues",
    "Part",
    "add_accounts",
    "add_member",
    "add_relation",
    "change_company",
    "change_member",
    "change_target_list",
    "create_company",
    "create_target_list",
    "remove_accounts",
    "remove_member",
    "remove_relation",
    "verify_member",
]
