"""Aggregates that both databases have, each under its own name."""

from __future__ import annotations

from typing import Any

from django.db.models import Aggregate, TextField


class JoinedKeys(Aggregate):
    """Keys, or words of one kind, as one text with commas: what both databases can put beside a row."""

    function = "GROUP_CONCAT"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "STRING_AGG(%(expressions)s::text, ',')"
        return self.as_sql(compiler, connection, template=template, **extra)
