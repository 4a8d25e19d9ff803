"""Filters of the library, for the page and the API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from campaigns.brief import STAGES
from campaigns.models import Campaign
from campaigns.talking_points.models import TalkingPoint
from campaigns.talking_points.template import KINDS
from personas.models import Persona
from portal.documents.filters import DocumentFilter


class TalkingPointFilter(DocumentFilter):
    """Kind, persona, buying stage, campaign, language, and words anywhere in the text."""

    drawn = ("kind", "persona", "stage", "campaign")

    q = filters.CharFilter(method="by_words", max_length=100, label="Words")
    kind = filters.ChoiceFilter(choices=KINDS, label="Kind")
    persona = filters.ModelChoiceFilter(
        field_name="personas",
        queryset=Persona.objects.living(),
        to_field_name="slug",
        label="Persona",
        distinct=True,
    )
    stage = filters.ChoiceFilter(method="by_stage", choices=STAGES, label="Buying stage")
    campaign = filters.ModelChoiceFilter(
        queryset=Campaign.objects.living(), to_field_name="slug", label="Campaign"
    )
    language = filters.CharFilter(lookup_expr="iexact", max_length=10, label="Language")

    class Meta:
        model = TalkingPoint
        fields: tuple[str, ...] = ()

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.matching(value)  # type: ignore[attr-defined]

    def by_stage(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.at_stage(value)  # type: ignore[attr-defined]
