"""Tells the API's description what a document looks like."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers

from portal.documents.models import Document
from portal.documents.serializers import FullRevisionSerializer, RevisionSerializer


class DocumentShape(serializers.Serializer):
    """What ``DocumentSerializer`` writes; ``content`` stands in answers about one document."""

    id = serializers.IntegerField()
    slug = serializers.SlugField()
    title = serializers.CharField()
    status = serializers.ChoiceField(Document.Status.choices)
    owner = serializers.IntegerField()
    review_on = serializers.DateField(allow_null=True)
    in_force = serializers.IntegerField(allow_null=True)
    in_force_since = serializers.DateTimeField(allow_null=True)
    drafts = serializers.ListField(child=serializers.IntegerField())
    revision = RevisionSerializer()
    retired_because = serializers.CharField(allow_blank=True)
    url = serializers.CharField()
    content = serializers.DictField(required=False)
    draft = FullRevisionSerializer(required=False, allow_null=True)


class DocumentExtension(OpenApiSerializerExtension):
    target_class = "portal.documents.serializers.DocumentSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> Any:
        return auto_schema._map_serializer(DocumentShape, direction)
