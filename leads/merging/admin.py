"""Nicknames, kept by managers."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from leads.merging.models import Nickname
from portal.accounts.admin_base import PermittedModelAdmin


@admin.register(Nickname)
class NicknameAdmin(PermittedModelAdmin):
    """A name and what its bearers are called. A change counts from the next full comparison on."""

    list_display: ClassVar = ["name", "short_forms"]
    search_fields: ClassVar = ["name", "short_forms"]
