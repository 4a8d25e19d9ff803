"""Errors that carry a sentence for the person who sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RuleViolation(Exception):
    """A business rule said no. The message is a full sentence for the user; becomes a 409.

    ``errors`` maps what it is about (a field, a part) to sentences, for callers that take it apart.
    """

    def __init__(
        self, message: str, *, code: str = "refused", errors: Mapping[str, list[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.errors = dict(errors or {})


class StaleEdit(RuleViolation):
    """Somebody else saved first. ``conflicts`` maps a field to what each side wrote."""

    def __init__(self, message: str, *, conflicts: dict[str, Any] | None = None) -> None:
        super().__init__(message, code="stale")
        self.conflicts = conflicts or {}


class TooManyTries(Exception):
    """A limit was reached. Becomes a 429 that says how many seconds to wait."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
