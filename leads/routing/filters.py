"""What routing rules can be filtered by."""

from __future__ import annotations

from typing import ClassVar

import django_filters as filters

from leads.routing.models import RoutingRule
from portal.core.filters import StrictFilterSet


class RuleFilter(StrictFilterSet):
    strategy = filters.ChoiceFilter(choices=RoutingRule.Strategy.choices)
    is_active = filters.BooleanFilter()
    team = filters.NumberFilter(field_name="team_id", min_value=1, max_value=2**63 - 1)

    class Meta:
        model = RoutingRule
        fields: ClassVar[list[str]] = []
