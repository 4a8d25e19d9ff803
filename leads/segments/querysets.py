"""Reads of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User


class SegmentQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(owner=user)

    def owned_by_team(self, user: User) -> Q:
        """What others share."""
        return Q(is_shared=True)

    def in_use(self) -> Self:
        return self.filter(archived_at=None)

    def for_list(self) -> Self:
        return self.select_related("owner")

    def named(self, text: str) -> Self:
        """By slug, or by id where the text is one."""
        if "\x00" in text:
            return self.none()
        wanted = Q(slug=text)
        if text.isascii() and text.isdigit() and len(text) < 19:
            wanted |= Q(pk=int(text))
        return self.filter(wanted)
