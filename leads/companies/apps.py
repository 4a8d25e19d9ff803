from __future__ import annotations

from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    """Companies, who decides there, and which of them both departments want."""

    name = "leads.companies"
    label = "companies"

    def ready(self) -> None:
        from leads import moving
        from leads.companies.models import TargetList
        from leads.models import Company
        from portal.notifications import delivery
        from portal.topics import registry

        moving.declare("companies.member.lead")
        registry.register(Company, "leads.view_company")
        delivery.register_subject(Company, "leads.view_company")
        delivery.register_subject(TargetList, "companies.view_targetlist")
