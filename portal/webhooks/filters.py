"""What hooks and deliveries can be filtered by."""

from __future__ import annotations

import django_filters as filters

from portal.core.filters import StrictFilterSet
from portal.webhooks.models import Delivery, Hook


class HookFilter(StrictFilterSet):
    system = filters.CharFilter()
    is_active = filters.BooleanFilter()

    class Meta:
        model = Hook
        fields: tuple[str, ...] = ()


class DeliveryFilter(StrictFilterSet):
    hook = filters.NumberFilter(field_name="hook_id", min_value=1, max_value=2**63 - 1)
    state = filters.ChoiceFilter(choices=Delivery.State.choices)
    kind = filters.ChoiceFilter(choices=Delivery.Kind.choices)
    event_id = filters.CharFilter()
    lead = filters.NumberFilter(field_name="lead_id", min_value=1, max_value=2**63 - 1)

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()
