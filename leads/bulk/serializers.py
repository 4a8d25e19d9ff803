"""Bulk acts as the API shows and takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from leads.bulk.models import BulkAct
from leads.bulk.services import MOST_TICKED
from leads.serializers import PersonSerializer


class BulkActSerializer(serializers.ModelSerializer[BulkAct]):
    by = PersonSerializer()
    owner = PersonSerializer()
    undone_by = PersonSerializer()
    stage: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    tag: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="name", read_only=True
    )
    left = serializers.IntegerField()
    kept = serializers.IntegerField()
    left_as_they_were = serializers.SerializerMethodField()

    class Meta:
        model = BulkAct
        fields: ClassVar = [
            "id", "act", "by", "made_at", "owner", "stage", "tag", "reason", "filters", "state", "total", "changed",
            "left", "put_back", "kept", "undone_by", "undone_at", "undo_until", "left_as_they_were",
        ]  # fmt: skip
        read_only_fields = fields

    def get_left_as_they_were(self, act: BulkAct) -> list[dict[str, Any]]:
        """Leads that were left, or could not be put back, with the reason; in a list: none."""
        if not self.context.get("with_reasons"):
            return []
        rows = act.changes.filter(state__in=["left", "kept"]).order_by("lead_id")[:200]
        return [{"lead": row.lead_id, "why": row.why} for row in rows]


class BulkOrderSerializer(serializers.Serializer[Any]):
    """``ids``, or ``filter`` as in the list of leads: ``{"stage": "mql", "owner": "me"}``."""

    act = serializers.ChoiceField(choices=BulkAct.Act.choices)
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        allow_empty=False,
        max_length=MOST_TICKED,
    )
    filter = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=300), required=False
    )
    owner = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**63 - 1
    )
    stage = serializers.CharField(required=False, max_length=60)
    tag = serializers.CharField(required=False, max_length=40)
    reason = serializers.CharField(required=False, max_length=300, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"ids": ["Give either ids or a filter."]})
        needed = {"assign": "owner", "stage": "stage"}.get(attrs["act"], "tag")
        if needed not in attrs:
            raise serializers.ValidationError({needed: ["This act needs it."]})
        return attrs
