"""Filters shared by pages and API. An unknown filter is refused by name, never ignored."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django_filters import FilterSet
from rest_framework import exceptions
from rest_framework.request import Request

from portal.core.moments import is_possible

if TYPE_CHECKING:
    from rest_framework.views import APIView

#: Parameters that steer a page and are not filters.
STEERING = frozenset(
    {
        "cursor",
        "after",
        "before",
        "page_size",
        "ordering",
        "search",
        "q",
        "view",
        "columns",
        "format",
    }
)
#: The same for a list of the API.
API_STEERING = frozenset({"cursor", "page_size", "ordering", "search"})
#: Longer words are cut: no engine finds more by them.
LONGEST_SEARCH = 200


class PossibleMoments(forms.Form):
    """Refuses moments that nobody means and no database compares with."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, value in list(cleaned.items()):
            if isinstance(value, datetime) and not is_possible(value):
                self.add_error(name, "This moment is out of range.")
        return cleaned


class StrictFilterSet(FilterSet):
    """A FilterSet that reports parameters it does not know (contract: 400 that names it).

    With ``only_named`` just the filters that the address names are made, and those that its page draws
    (``drawn``): making them is most of what a set costs. Its form lacks the others.
    """

    base_filters: dict[str, Any]
    only_named: ClassVar[bool] = False
    drawn: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if self.only_named:
            wanted = {*(data or {}), *self.drawn}
            known = type(self).base_filters
            self.base_filters = {name: known[name] for name in known if name in wanted}
        super().__init__(data, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        fields = {name: filter_.field for name, filter_ in self.filters.items()}
        return type(f"{type(self).__name__}Form", (PossibleMoments, self._meta.form), fields)

    def unknown(self, steering: frozenset[str] = STEERING) -> list[str]:
        """Parameters that are neither a filter nor steer the list."""
        return sorted(set(self.data or {}) - set(self.filters) - steering)


class StrictFilterBackend:
    """Applies the viewset's ``filterset_class``; wrong or unknown filters are a 400."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        if getattr(view, "detail", False):
            return queryset
        filterset_class = getattr(view, "filterset_class", None)
        if filterset_class is None:
            _refuse_unknown(sorted(set(request.query_params) - API_STEERING))
            return queryset
        data: QueryDict = request.query_params
        filterset = filterset_class(data=data, queryset=queryset, request=request)
        _refuse_unknown(filterset.unknown(API_STEERING))
        if not filterset.is_valid():
            raise exceptions.ValidationError(filterset.errors)
        try:
            return filterset.qs
        except ValidationError as error:
            raise exceptions.ValidationError({"filter": error.messages}) from error

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        filterset_class = getattr(view, "filterset_class", None)
        if filterset_class is None or getattr(view, "detail", False):
            return []
        return [
            {
                "name": name,
                "required": False,
                "in": "query",
                "description": str(field.label or ""),
                "schema": {"type": "string"},
            }
            for name, field in filterset_class.base_filters.items()
        ]


class WordSearch:
    """``?search=``: every word must be found in one of the viewset's ``search_fields``."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        fields = getattr(view, "search_fields", ())
        text = request.query_params.get("search", "")[:LONGEST_SEARCH]
        if not fields or getattr(view, "detail", False):
            return queryset
        if "\x00" in text:
            raise exceptions.ValidationError({"search": ["Words hold no NUL character."]})
        for word in text.split()[:10]:
            anywhere = Q()
            for field in fields:
                anywhere |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(anywhere)
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        if not getattr(view, "search_fields", ()) or getattr(view, "detail", False):
            return []
        return [
            {
                "name": "search",
                "required": False,
                "in": "query",
                "description": "Words that must all be found.",
                "schema": {"type": "string", "maxLength": LONGEST_SEARCH},
            }
        ]


def _refuse_unknown(names: list[str]) -> None:
    if names:
        raise exceptions.ValidationError(
            {name: ["There is no filter of this name."] for name in names}
        )
