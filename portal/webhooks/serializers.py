"""Hooks and deliveries as administrators read them. Tokens and secrets are in none of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.webhooks.models import Delivery, Hook


class HookSerializer(serializers.ModelSerializer[Hook]):
    campaign: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )

    class Meta:
        model = Hook
        fields = (
            "id", "name", "system", "prefix", "is_signed", "campaign", "source", "is_active", "acts_for",
            "per_minute", "created_at", "rotated_at",
        )  # fmt: skip
        read_only_fields = fields


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = (
            "id", "hook", "event_id", "kind", "state", "error", "received_at", "applied_at", "happened_at",
            "differed_at", "lead", "data",
        )  # fmt: skip
        read_only_fields = fields


class ReceiptSerializer(serializers.Serializer[Any]):
    """What became of the events. ``differing`` came before with another body, and changed nothing."""

    accepted = serializers.IntegerField()
    repeated = serializers.IntegerField()
    differing = serializers.ListField(child=serializers.CharField())
