"""Notifications as the API shows them."""

from __future__ import annotations

from rest_framework import serializers

from portal.notifications.models import Notification


class NotificationSerializer(serializers.ModelSerializer):
    actor = serializers.CharField(source="actor.name", default=None, read_only=True)

    class Meta:
        model = Notification
        fields = ("id", "kind", "text", "url", "actor", "created_at", "read_at", "mail")


class CountReadSerializer(serializers.Serializer):
    """How many were not read before."""

    read = serializers.IntegerField()
