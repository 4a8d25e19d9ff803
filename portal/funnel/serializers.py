"""A stage as the API shows it."""

from __future__ import annotations

from rest_framework import serializers

from portal.funnel.models import Stage


class StageSerializer(serializers.ModelSerializer):
    """``kind`` is the field's standard term; ``revision`` the number of the agreed revision, null
    before a definition has been signed."""

    revision = serializers.IntegerField(source="revision.number", default=None)

    class Meta:
        model = Stage
        fields = (
            "id",
            "slug",
            "name",
            "kind",
            "position",
            "owner_department",
            "longest_stay_days",
            "is_active",
            "revision",
        )
        read_only_fields = fields
