"""Companies, parts and target lists in Django's admin: administrators may look, nobody works there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from leads.companies.models import Member, TargetList
from leads.models import Company
from portal.accounts.admin_base import PermittedModelAdmin


class LookInAdmin(PermittedModelAdmin):
    """Read only. Work happens on the pages, which keep the history and tell people."""

    inspect: ClassVar[str] = ""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(self.inspect)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Company)
class CompanyAdmin(LookInAdmin):
    inspect = "leads.inspect_company"
    list_display: ClassVar = ["name", "domain", "industry", "country", "tier", "owner"]
    list_select_related: ClassVar = ["owner"]
    search_fields: ClassVar = ["name_key", "domain"]
    search_help_text = "A domain or an external id, or the beginning of a name in small letters."
    ordering: ClassVar = ["-pk"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        return ["name_key__startswith", "domain__startswith", "external_id__exact"]


@admin.register(Member)
class MemberAdmin(LookInAdmin):
    inspect = "companies.inspect_member"
    list_display: ClassVar = ["__str__", "stance", "influence", "verified_by", "verified_at"]
    list_select_related: ClassVar = ["lead", "company", "verified_by"]
    ordering: ClassVar = ["-pk"]


@admin.register(TargetList)
class TargetListAdmin(LookInAdmin):
    inspect = "companies.inspect_targetlist"
    list_display: ClassVar = ["name", "marketing_owner", "sales_owner", "created_at"]
    list_select_related: ClassVar = ["marketing_owner", "sales_owner"]
    search_fields: ClassVar = ["name"]
    ordering: ClassVar = ["name"]
