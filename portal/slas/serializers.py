"""A clock as the API shows it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from portal.accounts.policy import MASK, masked_fields
from portal.slas.models import Clock


class ClockSerializer(serializers.ModelSerializer):
    """``revision`` is the number of the agreement it runs under; ``state`` met, missed, running."""

    revision = serializers.IntegerField(source="revision.number")
    state = serializers.SerializerMethodField()

    class Meta:
        model = Clock
        fields = (
            "id",
            "commitment",
            "department",
            "owner",
            "title",
            "url",
            "state",
            "revision",
            "calendar",
            "target_minutes",
            "started_at",
            "warn_at",
            "due_at",
            "escalate_at",
            "stopped_at",
            "warned_at",
            "breached_at",
            "escalated_at",
        )
        read_only_fields = fields

    def get_state(self, clock: Clock) -> str:
        return clock.state(timezone.now())

    def to_representation(self, instance: Clock) -> dict[str, Any]:
        shown = super().to_representation(instance)
        hidden = masked_fields(self.context["request"].user, "slas.clock")
        return {key: MASK if key in hidden else value for key, value in shown.items()}
