from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    """Plain helpers that know no app."""

    name = "portal.core"
    label = "core"

    def ready(self) -> None:
        from portal.core import checks  # noqa: F401

        connection_created.connect(_unicode_case, dispatch_uid="core.unicode-case")


def _unicode_case(connection: Any, **_: Any) -> None:
    """SQLite's own LOWER and UPPER know ASCII only; PostgreSQL's know all letters. Agree on all."""
    if connection.vendor == "sqlite":
        for name, method in (("LOWER", str.lower), ("UPPER", str.upper)):
            connection.connection.create_function(name, 1, _on_text(method), deterministic=True)


def _on_text(method: Any) -> Any:
    def change(value: Any) -> Any:
        return method(value) if isinstance(value, str) else value

    return change
