"""What competitors can be filtered by."""

from __future__ import annotations

import django_filters as filters

from campaigns.competitors.models import Competitor
from portal.core.filters import StrictFilterSet


class CompetitorFilter(StrictFilterSet):
    is_active = filters.BooleanFilter(label="Offered")

    class Meta:
        model = Competitor
        fields: tuple[str, ...] = ()
