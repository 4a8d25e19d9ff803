"""Reads of competitors."""

from __future__ import annotations

from typing import Self

from portal.accounts.querysets import PermittedQuerySet


class CompetitorQuerySet(PermittedQuerySet):
    def active(self) -> Self:
        """Those that people are offered."""
        return self.filter(is_active=True)
