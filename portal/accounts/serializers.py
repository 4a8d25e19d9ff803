"""People, teams and tokens as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from portal.accounts.models import ApiToken, Team, User


class UserSerializer(serializers.ModelSerializer):
    """A colleague. Their settings are their own and are not shown."""

    teams: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = User
        fields = (
            "id",
            "name",
            "email",
            "title",
            "phone",
            "role",
            "department",
            "teams",
            "time_zone",
            "is_active",
        )
        read_only_fields = fields


class TeamSerializer(serializers.ModelSerializer):
    members: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Team
        fields = ("id", "name", "department", "time_zone", "members")
        read_only_fields = fields


class ApiTokenSerializer(serializers.ModelSerializer):
    """A token without its secret, which is shown once, when it is made."""

    prefix = serializers.CharField(source="token_key", read_only=True)
    created_at = serializers.DateTimeField(source="created", read_only=True)
    expires_at = serializers.DateTimeField(source="expiry", read_only=True, allow_null=True)

    class Meta:
        model = ApiToken
        fields = ("id", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at")
        read_only_fields = fields


class CountSerializer(serializers.Serializer):
    """``exact`` is false when there are more than anybody would count; ``count`` is then a floor."""

    count = serializers.IntegerField()
    exact = serializers.BooleanField()
