"""What the API tells of the queue."""

from __future__ import annotations

from rest_framework import serializers


class ItemSerializer(serializers.Serializer):
    """One thing to do. ``value`` times ``chance`` orders what no clock does."""

    kind = serializers.ChoiceField(choices=("answer", "contact", "clock", "lead", "sale"))
    id = serializers.IntegerField(
        source="key", help_text="Of the handoff, lead, clock or opportunity."
    )
    lead = serializers.IntegerField(allow_null=True)
    title = serializers.CharField()
    url = serializers.CharField()
    about = serializers.CharField()
    why = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    is_late = serializers.BooleanField()
    value = serializers.FloatField(source="worth.value", default=None, allow_null=True)
    chance = serializers.FloatField(source="worth.chance", default=None, allow_null=True)


class QueueSerializer(serializers.Serializer):
    """What comes first; ``has_more`` where other things stand behind it."""

    results = ItemSerializer(many=True, source="items")
    has_more = serializers.BooleanField()
