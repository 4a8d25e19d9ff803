"""What the list of pairs can be narrowed down by."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters

from leads.merging.likeness import Band
from leads.merging.models import Candidate, Merge
from portal.core.filters import StrictFilterSet


class CandidateFilter(StrictFilterSet):
    state = django_filters.ChoiceFilter(choices=Candidate.State.choices)
    band = django_filters.ChoiceFilter(choices=[(band, band) for band in Band])
    lead = django_filters.NumberFilter(method="of_lead", min_value=1, max_value=2**63 - 1)

    class Meta:
        model = Candidate
        fields: ClassVar = ["state", "band"]

    def of_lead(self, rows: Any, name: str, value: Any) -> Any:
        return rows.of(int(value))


class MergeFilter(StrictFilterSet):
    lead = django_filters.NumberFilter(field_name="lead_id", min_value=1, max_value=2**63 - 1)
    lost = django_filters.NumberFilter(min_value=1, max_value=2**63 - 1)

    class Meta:
        model = Merge
        fields: ClassVar[list[str]] = []
