"""Imports in the API."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from leads.intake.models import COUNTS, Import


class ImportSerializer(serializers.ModelSerializer):
    """An import: its state, its counts, how its columns are read."""

    uploaded_by: serializers.PrimaryKeyRelatedField[Any] = serializers.PrimaryKeyRelatedField(
        read_only=True
    )
    progress = serializers.SerializerMethodField(help_text="Rows dealt with so far.")
    refused = serializers.SerializerMethodField(
        help_text="Address of the rows not brought in, as CSV."
    )

    class Meta:
        model = Import
        fields: ClassVar = [
            "id", "kind", "state", "filename", "size", "rows", *COUNTS, "progress", "mapping", "message", "refused", "undone",
            "uploaded_by", "created_at", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields: ClassVar = fields

    def get_progress(self, run: Import) -> int:
        if run.state == Import.State.CHECKING and run.job is not None:
            return run.job.progress_done
        return run.position

    def get_refused(self, run: Import) -> str | None:
        return f"/leads/import/{run.pk}/refused/" if run.rejected or run.duplicates else None


class NewImportSerializer(serializers.Serializer):
    """A file to bring in. Without a mapping the proposed one is used; ``dry_run`` only tries it."""

    file = serializers.FileField()
    kind = serializers.CharField(max_length=40)
    mapping = serializers.JSONField(required=False, default=None)
    dry_run = serializers.BooleanField(required=False, default=False)

    def validate_mapping(self, value: Any) -> Any:
        if value is not None and not isinstance(value, dict):
            raise serializers.ValidationError("A mapping is a JSON object.")
        return value
