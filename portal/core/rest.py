"""What every API call has in common: strict JSON in, keyset pages out.

DRF loads these while it defines its own views, so nothing here may import ``rest_framework.views``.
"""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin

from django.http import QueryDict
from rest_framework import exceptions, pagination, parsers
from rest_framework.request import Request

from portal.core.listing import Listing, is_cursor

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.views import APIView

MAX_BODY = 1024 * 1024
MAX_DEPTH = 20
#: A JSON string, in which brackets do not count. Linear: each character is read once.
_STRINGS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^][{}]+")
_COUNT = re.compile(r"[1-9][0-9]{0,5}")
WRONG_CURSOR = "This is no cursor of this list in this order: begin with the first page."


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number that JSON knows.")


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("A key stands twice in one object.")
    return result


def _depth(text: str) -> int:
    """The deepest nesting, counted without recursion so that 60 kB of '[' costs nothing."""
    depth = deepest = 0
    for char in _NO_BRACKETS.sub("", _STRINGS.sub("", text)):
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


class StrictJSONParser(parsers.BaseParser):
    """JSON up to 1 MiB and 20 levels; no NaN, no duplicate keys, no NUL characters."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(MAX_BODY + 1)
        if len(raw) > MAX_BODY:
            raise exceptions.ParseError("The body is larger than 1 MiB.")
        try:
            text = raw.decode("utf-8")
            if _depth(text) > MAX_DEPTH:
                raise ValueError(f"The body nests deeper than {MAX_DEPTH} levels.")
            if "\\u0000" in text or "\x00" in text:
                raise ValueError("The body holds a NUL character.")
            value = json.loads(
                text, parse_constant=_refuse_constant, object_pairs_hook=_unique_pairs
            )
            if "\\u" in text:  # Half of a pair can only come by an escape.
                json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeError as error:
            raise exceptions.ParseError("The body is not valid JSON in UTF-8.") from error
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(f"The body is not valid JSON. {error}") from error
        return value


class KeysetPagination(pagination.CursorPagination):
    """Cursor pages: as quick on the last page as on the first; at most 200 rows."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-pk",)

    def get_ordering(self, request: Request, queryset: Any, view: APIView) -> tuple[str, ...]:
        """The asked-for order if the view offers it; always closed by the primary key."""
        offered = getattr(view, "ordering_fields", ())
        default = getattr(view, "ordering", self.ordering)
        asked = request.query_params.get("ordering", "")
        if asked:
            if asked.removeprefix("-") not in offered:
                raise exceptions.ValidationError(
                    {"ordering": [f"Order by one of: {', '.join(offered) or 'nothing here'}."]}
                )
            default = (asked,)
        names = tuple(default)
        if names and names[-1].removeprefix("-") in {"pk", "id"}:
            return names
        return (*names, "-pk" if names[0].startswith("-") else "pk")

    def get_page_size(self, request: Request) -> int:
        """What is asked for, at most 200."""
        asked = request.query_params.get(self.page_size_query_param, "")
        if not asked:
            return self.page_size
        if not _COUNT.fullmatch(asked):
            raise exceptions.ValidationError({"page_size": ["Give a whole number from 1 to 200."]})
        return min(int(asked), self.max_page_size)

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The same keyset as the lists of the pages: however many rows are alike in the order,
        each comes once, and rows without a value stand last."""
        first = self.get_ordering(request, queryset, cast("APIView", view))[0]
        name = first.removeprefix("-")
        column = queryset.model._meta.pk.name if name == "pk" else name
        default = f"-{column}" if first.startswith("-") else column
        listing = Listing({column: column}, default, self.get_page_size(request))
        asked = request.query_params.copy()
        for taken in ("after", "before"):
            asked.pop(taken, None)
        if cursor := str(asked.get("cursor", "")):
            side, _, edge = cursor.partition("-")
            if side not in ("after", "before") or not is_cursor(edge, queryset.model, column):
                raise exceptions.ValidationError({"cursor": [WRONG_CURSOR]})
            asked[side] = edge
        self.listed = listing.page(SimpleNamespace(GET=asked), queryset, count=False)
        self.base_url = request.build_absolute_uri()
        return self.listed.rows

    def get_next_link(self) -> str | None:
        return self._link(self.listed.next)

    def get_previous_link(self) -> str | None:
        return self._link(self.listed.previous)

    def _link(self, query: str | None) -> str | None:
        """The address of another page; where it begins stands in ``cursor``, as in every list."""
        if query is None:
            return None
        data = QueryDict(query.removeprefix("?"), mutable=True)
        for side in ("after", "before"):
            if side in data:
                data["cursor"] = f"{side}-{data.pop(side)[-1]}"
        return urljoin(str(self.base_url), f"?{data.urlencode()}")

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Cursor and page size, and the orders that this list offers."""
        offered = [
            sign + name for name in getattr(view, "ordering_fields", ()) for sign in ("", "-")
        ]
        ordering = {
            "name": "ordering",
            "required": False,
            "in": "query",
            "description": "Order of the rows; a minus sign turns it round.",
            "schema": {"type": "string", "enum": offered},
        }
        parameters = super().get_schema_operation_parameters(view)
        return [*parameters, ordering] if offered else parameters
