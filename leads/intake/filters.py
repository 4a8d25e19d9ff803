"""Which imports are asked for."""

from __future__ import annotations

from typing import ClassVar

from leads.intake.models import Import
from portal.core.filters import StrictFilterSet


class ImportFilter(StrictFilterSet):
    class Meta:
        model = Import
        fields: ClassVar = {"kind": ["exact"], "state": ["exact"], "created_at": ["gte", "lte"]}
