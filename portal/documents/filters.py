"""Filters that every kind of document offers, on its page and in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters as filters
from django.db.models import QuerySet

from portal.core.filters import StrictFilterSet
from portal.documents.models import Document

if TYPE_CHECKING:
    from django.db.models import Model

#: The largest id that a database holds; anything above matches nothing.
MOST = 2**63 - 1


class DocumentFilter(StrictFilterSet):
    """``status``, ``owner`` (an id, or ``me``) and ``q`` (part of the name)."""

    only_named = True

    status = filters.ChoiceFilter(
        field_name="document__status", choices=Document.Status.choices, label="Status"
    )
    owner = filters.CharFilter(method="by_owner", label="Owner")
    slug = filters.CharFilter(label="Slug")
    q = filters.CharFilter(
        field_name="title", lookup_expr="icontains", max_length=100, label="Name"
    )

    def by_owner(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "me":
            return rows.filter(document__owner=self.request.user)
        if value.isascii() and value.isdigit() and int(value) <= MOST:
            return rows.filter(document__owner=int(value))
        return rows.none()


def filter_for(model: type[Model]) -> type[DocumentFilter]:
    """The common filters bound to one kind."""
    meta = type("Meta", (), {"model": model, "fields": []})
    return type(f"{model.__name__}Filter", (DocumentFilter,), {"Meta": meta})
