"""Reads of personas."""

from __future__ import annotations

from portal.documents.querysets import AgreedDocumentQuerySet


class PersonaQuerySet(AgreedDocumentQuerySet):
    pass
