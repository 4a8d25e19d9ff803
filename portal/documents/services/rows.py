"""Rows held against other writers, and what lists read of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from portal.documents.models import Document, Revision
from portal.documents.schema import NAME

if TYPE_CHECKING:
    from portal.documents.models import AgreedDocument
    from portal.documents.schema import Content


def locked(revision: Revision) -> Revision:
    """The revision with its document, held against other writers until the end."""
    document = Document.objects.select_for_update().get(pk=revision.document_id)
    fresh = Revision.objects.select_for_update().get(pk=revision.pk)
    fresh.document = document
    return fresh


def touch(subject: AgreedDocument) -> None:
    """Say that something about the document has changed, for those who hold an older state."""
    now = timezone.now()
    Document.objects.filter(pk=subject.document_id).update(updated_at=now)


def project(subject: AgreedDocument, content: Content) -> None:
    """Copy what lists show and filter by to the kind's own row, and save it."""
    complete = subject.complete(content)
    subject.title = complete[NAME.key]
    subject.project(complete)
    subject.save()
    subject.project_relations(complete)
