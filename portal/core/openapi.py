"""How the API describes itself: problem details, ``Idempotency-Key`` and ``If-Match`` included."""

from __future__ import annotations

from typing import Any

from django.core.validators import URLValidator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from portal.core.preconditions import EtagMixin

PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "code", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "errors"],
}
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key and body within 24 hours gives the first answer again.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag that the change is based on; a stale one is refused with 412.",
)


def all_of(rows: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """An answer that holds every row there is: ``{"results": [...]}``."""
    return inline_serializer(f"All{_bare(rows)}", {"results": rows(many=True)})


def part_of(rows: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """An answer that holds a page of rows and the addresses of the pages beside it."""
    beside = {name: serializers.URLField(allow_null=True) for name in ("next", "previous")}
    return inline_serializer(f"PartOf{_bare(rows)}", {"results": rows(many=True), **beside})


def _bare(rows: type[serializers.BaseSerializer[Any]]) -> str:
    return rows.__name__.removesuffix("Serializer")


class PortalSchema(AutoSchema):
    """Adds what every call has in common."""

    def get_operation_id(self) -> str:
        """What answers with rows is a list, also below one object."""
        name, told = super().get_operation_id(), self.get_response_serializers()
        if isinstance(told, serializers.Serializer) and "results" in told.fields:
            return name.removesuffix("_retrieve") + "_list" * name.endswith("_retrieve")
        return name

    def get_override_parameters(self) -> list[OpenApiParameter]:
        parameters = list(super().get_override_parameters())
        if self.method == "POST":
            parameters.append(IDEMPOTENCY_KEY)
        has_etag = isinstance(self.view, EtagMixin) or hasattr(self.view, "etag_of")
        if (
            has_etag
            and getattr(self.view, "detail", False)
            and self.method in {"PUT", "PATCH", "DELETE"}
        ):
            parameters.append(IF_MATCH)
        return parameters  # type: ignore[return-value]

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)  # type: ignore[arg-type]
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        bodies["default"] = {"description": "Whatever went wrong.", "content": content}
        return bodies

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: bool = False
    ) -> dict[str, Any]:
        """What a column may leave out, an answer may leave out, whoever wrote the serializer."""
        if direction == "response":
            field.allow_null = field.allow_null or _may_be_none(field)
            if isinstance(field, serializers.ChoiceField):
                field.allow_blank = field.allow_blank or _may_be_blank(field)
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if direction == "response" and schema.get("format") == "uri" and _may_be_blank(field):
            # Nothing written is no address; the validator would say again that it is one.
            field.validators = [v for v in field.validators if not isinstance(v, URLValidator)]
            del schema["format"]
        return schema


def _columns(field: Any) -> list[Any]:
    """The columns of the models that lead to what an answer's field shows, as far as there are any."""
    parent = field.parent
    parent = parent.parent if isinstance(parent, serializers.ListSerializer) else parent
    model, found = getattr(getattr(parent, "Meta", None), "model", None), []
    for name in getattr(field, "source_attrs", []):
        column = {each.name: each for each in model._meta.get_fields()}.get(name) if model else None
        found.append(column)
        model = getattr(column, "related_model", None)
    return found


def _may_be_none(field: Any) -> bool:
    if field.default is None:
        return True
    is_many = isinstance(field, serializers.ListSerializer | serializers.ManyRelatedField)
    return not is_many and any(getattr(column, "null", False) for column in _columns(field))


def _may_be_blank(field: Any) -> bool:
    columns = _columns(field)
    return bool(columns) and bool(getattr(columns[-1], "blank", False))


def add_problem(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Puts the shape of every error among the components."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result
