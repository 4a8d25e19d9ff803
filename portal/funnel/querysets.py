"""Reads of the stages."""

from __future__ import annotations

from typing import Self

from portal.accounts.querysets import PermittedQuerySet


class StageQuerySet(PermittedQuerySet):
    def active(self) -> Self:
        """The stages of the definition in force, in order."""
        return self.filter(is_active=True).order_by("position")

    def revision_in_force(self) -> int | None:
        """The number of the definition by which stages are read today."""
        return self.active().values_list("revision__number", flat=True).first()
