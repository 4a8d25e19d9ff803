"""The funnel definition in the admin, for managers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from portal.documents.admin import DocumentAdmin
from portal.funnel.defaults import CONTENT
from portal.funnel.models import FunnelDefinition

if TYPE_CHECKING:
    from portal.documents.schema import Content


@admin.register(FunnelDefinition)
class FunnelDefinitionAdmin(DocumentAdmin):
    def blank_content(self) -> Content:
        """The usual stages, to be made one's own."""
        return self.model.schema.blank() | CONTENT
