"""Pairs and merges as the API shows and takes them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leads.merging.models import Candidate, Merge
from leads.models import Lead
from leads.serializers import PersonSerializer


class SideSerializer(serializers.ModelSerializer[Lead]):
    """One side of a pair."""

    name = serializers.CharField(source="__str__")
    owner = PersonSerializer()
    stage: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )

    class Meta:
        model = Lead
        fields = ("id", "name", "email", "owner", "stage", "status", "created_at")


class CandidateSerializer(serializers.ModelSerializer[Candidate]):
    leads = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    decided_by = PersonSerializer()

    class Meta:
        model = Candidate
        fields = (
            "id", "leads", "strength", "band", "reasons", "state", "found_at", "decided_at", "decided_by", "reason",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(SideSerializer(many=True))
    def get_leads(self, pair: Candidate) -> Any:
        return SideSerializer([pair.low, pair.high], many=True).data

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "bits": {"type": "number"}},
            },
        }
    )
    def get_reasons(self, pair: Candidate) -> list[dict[str, Any]]:
        return [{"text": text, "bits": bits} for text, bits in pair.reasons]


class ApartSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class MergeInputSerializer(serializers.Serializer[Any]):
    """``keep`` names fields; "mine" is the lead of the address, "theirs" the one it goes into."""

    into = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    keep = serializers.DictField(child=serializers.CharField(), required=False, default=dict)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    assign = serializers.BooleanField(required=False, default=False)


class MergeSerializer(serializers.ModelSerializer[Merge]):
    lead = serializers.PrimaryKeyRelatedField[Lead](read_only=True)
    by = PersonSerializer()
    undone_by = PersonSerializer()
    moved = serializers.SerializerMethodField()

    class Meta:
        model = Merge
        fields = (
            "id", "lead", "kept", "lost", "reason", "at", "by", "moved", "undone_at", "undone_by", "report",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "integer"}})
    def get_moved(self, merge: Merge) -> dict[str, int]:
        return dict(merge.moved)
