"""The shape of a report in the API, for its documentation."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers


class ColumnSerializer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field called label
    unit = serializers.ChoiceField(
        choices=[
            "text",
            "leads",
            "share",
            "days",
            "opportunities",
            "money",
            "handoffs",
            "hours",
            "clocks",
        ]  # fmt: skip
    )
    definition = serializers.CharField()


class DefinitionsSerializer(serializers.Serializer):
    funnel = serializers.IntegerField(
        allow_null=True, help_text="Revision of the funnel definition in force."
    )
    metrics = serializers.DictField(
        child=serializers.CharField(), help_text="Figure and its meaning in plain words."
    )


class ReportSerializer(serializers.Serializer):
    name = serializers.CharField()
    definitions = DefinitionsSerializer()
    filters = serializers.DictField()
    columns = ColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.DictField())
    totals = serializers.DictField()
    as_of = serializers.DateTimeField()
    notes = serializers.ListField(child=serializers.CharField())


class ReportEntrySerializer(serializers.Serializer):
    """One report in the list of reports."""

    name = serializers.CharField()
    title = serializers.CharField()
    question = serializers.CharField()
    url = serializers.URLField()


@extend_schema_serializer(many=False)
class ReportListSerializer(serializers.Serializer):
    results = ReportEntrySerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
