from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Agreed documents: draft, review, signatures, revisions."""

    name = "portal.documents"
    label = "documents"
