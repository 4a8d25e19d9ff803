"""What the API takes to try a model."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class TrySerializer(serializers.Serializer[Any]):
    """``train`` and ``test`` are filters as of leads: ``created_at__lt=2026-01-01&country=IN``."""

    train = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
    test = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
    suggested = serializers.BooleanField(required=False, default=False)
    revision = serializers.IntegerField(required=False, min_value=1, max_value=10**9)
