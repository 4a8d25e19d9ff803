from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    """People, teams, roles and the policy table."""

    name = "portal.accounts"
    label = "accounts"
    verbose_name = "People and access"
    default = True

    def ready(self) -> None:
        from portal.accounts import lapsed, openapi, sessions  # noqa: F401 - openapi registers itself

        lapsed.listen()
        sessions.listen()


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the portal's door."""

    default = False
    default_site = "portal.accounts.admin_site.PortalAdminSite"
