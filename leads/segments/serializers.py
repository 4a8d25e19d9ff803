"""Segments in the API."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from rest_framework import serializers

from leads.conditions.asking import sentences
from leads.conditions.tree import Wrong
from leads.segments.membership import is_closed_to
from leads.segments.models import Segment
from leads.segments.services import MOST_IDS, check_condition


class SegmentSerializer(serializers.ModelSerializer):
    """A segment. ``filter`` is its condition, ``text`` the same as a sentence.

    Both are null for who does not see the fields that it asks by.
    """

    owner: serializers.PrimaryKeyRelatedField[Any] = serializers.PrimaryKeyRelatedField(
        read_only=True
    )
    shared = serializers.BooleanField(source="is_shared", required=False, default=True)
    filter = serializers.JSONField(source="condition", required=False, allow_null=True)
    text = serializers.SerializerMethodField()
    archived = serializers.SerializerMethodField()

    class Meta:
        model = Segment
        fields: ClassVar = [
            "id", "slug", "name", "purpose", "kind", "filter", "text", "shared", "archived", "owner",
            "version", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields: ClassVar = ["slug", "version", "created_at", "updated_at"]

    def get_text(self, segment: Segment) -> str | None:
        """All rows of a page are said at once."""
        said: dict[int, str] = cast("dict[str, Any]", self.context).setdefault("said", {})
        if segment.pk not in said:
            is_many = isinstance(self.parent, serializers.ListSerializer)
            rows = list(self.parent.instance) if is_many and self.parent.instance else [segment]
            words = sentences([row.condition for row in rows])
            said |= {row.pk: text for row, text in zip(rows, words, strict=True)}
        return None if self._is_closed(segment) else said[segment.pk] or None

    def get_archived(self, segment: Segment) -> bool:
        return segment.archived_at is not None

    def to_representation(self, instance: Segment) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if self._is_closed(instance):
            shown["filter"] = None
        return shown

    def _is_closed(self, segment: Segment) -> bool:
        return is_closed_to(segment, self.context["request"].user)

    def validate_filter(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            return check_condition(value, self.context["request"].user)
        except Wrong as wrong:
            raise serializers.ValidationError(str(wrong)) from None

    def validate_kind(self, value: str) -> str:
        if self.instance is not None and self.instance.kind != value:
            raise serializers.ValidationError("A segment stays live or static. Make another one.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_live = (self.instance or Segment(kind=attrs.get("kind", "live"))).is_live
        is_empty = attrs.get("condition") is None
        asked = self.instance is None or "condition" in attrs
        if is_live and asked and is_empty:
            raise serializers.ValidationError({"filter": "A live segment needs a condition."})
        return attrs


class MembersSerializer(serializers.Serializer):
    """Leads to put in or to take out, by id."""

    leads = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=MOST_IDS,
    )


class SizeSerializer(serializers.Serializer):
    """How many leads the reader sees in it; ``exact`` is false where there are more."""

    count = serializers.IntegerField()
    exact = serializers.BooleanField()


class ReasonSerializer(serializers.Serializer):
    text = serializers.CharField()
    met = serializers.BooleanField(allow_null=True)


class VerdictSerializer(serializers.Serializer):
    """Whether a lead is in it, and why. ``met`` is null where the value is not known."""

    member = serializers.BooleanField()
    reasons = ReasonSerializer(many=True)
