"""Filters of stages."""

from __future__ import annotations

from typing import ClassVar

from portal.core.filters import StrictFilterSet
from portal.funnel.models import Stage


class StageFilter(StrictFilterSet):
    class Meta:
        model = Stage
        fields: ClassVar = ["kind", "slug", "is_active"]
