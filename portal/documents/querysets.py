"""Reads of agreed documents, the same for every kind."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import OuterRef, Prefetch, Q, Subquery

from portal.accounts.querysets import PermittedQuerySet
from portal.core.aggregates import JoinedKeys

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from portal.accounts.models import User
    from portal.documents.models import Revision


@cache
def _revisions() -> QuerySet[Revision]:
    """Revisions without content, their authors, signatures and signers. Two queries."""
    revisions = apps.get_model("documents", "Revision").objects  # models import this module
    signatures = apps.get_model("documents", "Signature").objects.select_related("signer")
    rows = revisions.defer("content").select_related("author").order_by("-number")
    return rows.prefetch_related(Prefetch("signatures", queryset=signatures))


#: Columns of a document that a list or a seal shows, of its owner, and of its revisions. With all that is
#: there, making the rows would take longer than writing the page.
SHOWN = ("kind", "status", "in_force_id", "in_force_since", "review_on", "retired_at")
SHOWN_OF_OWNER = ("name", "email", "department")
SHOWN_OF_REVISION = ("document", "number", "state", "proposed_at")
#: Where ``with_standing`` puts the revisions of a document.
STANDING = "standing"


@cache
def _told() -> QuerySet[Revision]:
    """Which revisions there are, each with the departments that signed it, in one statement."""
    signatures = apps.get_model("documents", "Signature").objects
    signed = signatures.filter(revision=OuterRef("pk")).order_by().values("revision")
    departments = signed.annotate(keys=JoinedKeys("department")).values("keys")
    revisions = apps.get_model("documents", "Revision").objects.only(*SHOWN_OF_REVISION)
    return revisions.annotate(joined_departments=Subquery(departments)).order_by("-number")


def _standing(lookup: str) -> Prefetch:
    return Prefetch(lookup, queryset=_told().all(), to_attr=STANDING)


class DocumentQuerySet(PermittedQuerySet):
    def due_for_review(self, by: date) -> Self:
        """Living documents that must be looked at again on or before a day."""
        return self.filter(review_on__lte=by, retired_at=None, in_force__isnull=False)

    def unsigned(self) -> Self:
        """Documents of which nothing is in force."""
        return self.filter(in_force=None)

    def with_standing(self) -> Self:
        """Documents with what a list or a seal shows and no more. Two queries."""
        owner = (f"owner__{name}" for name in SHOWN_OF_OWNER)
        rows = self.select_related("owner").only(*SHOWN, *owner)
        return rows.prefetch_related(_standing("revisions"))


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
        """Rows with owner, revisions without content, their authors, signatures and signers."""
        return self.select_related("document__owner", "document__in_force").prefetch_related(
            Prefetch("document__revisions", queryset=_revisions().all())
        )

    def with_standing(self) -> Self:
        """Rows with what a list or a seal shows and no more: ``with_document`` is for a whole document.
        Two queries."""
        own = (field.name for field in self.model._meta.concrete_fields)
        document = (f"document__{name}" for name in SHOWN)
        owner = (f"document__owner__{name}" for name in SHOWN_OF_OWNER)
        rows = self.select_related("document__owner").only(*own, *document, *owner)
        return rows.prefetch_related(_standing("document__revisions"))

    def for_list(self) -> Self:
        return self.with_document()
