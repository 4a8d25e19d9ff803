"""How the API describes itself: problem details, ``Idempotency-Key`` and ``If-Match`` included."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

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


class PortalSchema(AutoSchema):
    """Adds what every call has in common."""

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


def add_problem(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Puts the shape of every error among the components."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result
