"""Scoring models in the admin, for managers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from leads.scoring.definition import DEFAULTS
from leads.scoring.models import ScoringModel
from portal.documents.admin import DocumentAdmin

if TYPE_CHECKING:
    from portal.documents.schema import Content


@admin.register(ScoringModel)
class ScoringModelAdmin(DocumentAdmin):
    def blank_content(self) -> Content:
        """The usual figures, to be made one's own."""
        return self.model.schema.blank() | DEFAULTS
