"""Reads of agreed documents, the same for every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Prefetch, Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from portal.accounts.models import User
    from portal.documents.models import Revision


def _revisions() -> QuerySet[Revision]:
    revisions = apps.get_model("documents", "Revision").objects  # models import this module
    return (
        revisions.defer("content")
        .select_related("author")
        .prefetch_related("signatures__signer")
        .order_by("-number")
    )


class DocumentQuerySet(PermittedQuerySet):
    def due_for_review(self, by: date) -> Self:
        """Living documents that must be looked at again on or before a day."""
        return self.filter(review_on__lte=by, retired_at=None, in_force__isnull=False)

    def with_revisions(self) -> Self:
        """Documents with all that a list or a seal shows: owner, revisions without content,
        signatures."""
        return self.select_related("owner", "in_force").prefetch_related(
            Prefetch("revisions", queryset=_revisions())
        )


class AgreedDocumentQuerySet(PermittedQuerySet):
    """Rows of one kind of document (personas, briefs, …)."""

    def owned_by(self, user: User) -> Q:
        return Q(document__owner=user)

    def owned_by_team(self, user: User) -> Q:
        people: Any = user._meta.model._default_manager
        return Q(document__owner__in=people.filter(teams__in=user.team_ids).values("pk"))

    def in_force(self) -> Self:
        """What both departments have agreed and nobody has retired."""
        return self.filter(document__in_force__isnull=False, document__retired_at=None)

    def living(self) -> Self:
        return self.filter(document__retired_at=None)

    def with_document(self) -> Self:
        """Rows with all that a list or a seal shows: owner, revisions without content, signatures."""
        return self.select_related("document__owner", "document__in_force").prefetch_related(
            Prefetch("document__revisions", queryset=_revisions())
        )

    def for_list(self) -> Self:
        return self.with_document()
