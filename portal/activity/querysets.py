"""Reads of the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Model, Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User


class ActivityQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(actor=user)

    def of(self, subject: Model) -> Self:
        """The history of one record. The caller has already been let in to the record."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def for_list(self) -> Self:
        return self.select_related("actor")
