"""What the list of companies can be sorted by, its chips, and its rows as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leads.companies.bands import band_of
from portal.accounts.policy import masked_fields
from portal.activity.services import record
from portal.core.listing import Listing, capped_count
from portal.core.spreadsheets import table_response

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import FileResponse, QueryDict, StreamingHttpResponse

    from leads.companies.filters import CompanyFilter
    from leads.models import Company
    from portal.accounts.models import User

#: Name of an order in the address → column, each with an index.
ORDERS = {
    "name": "name",
    "size": "employees",
    "created": "created_at",
    "changed": "updated_at",
}
LISTING = Listing(ORDERS, default="name")
CHUNK = 2000

NOUNS = {
    "q": "Matches",
    "search": "Matches",
    "employees__gte": "Employees at least",
    "employees__lte": "Employees at most",
    "target_list": "On target list",
    "parent": "Parent company no.",
    "external_id": "External id is",
}


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    remove_url: str


def chips(filters: CompanyFilter, data: QueryDict) -> list[Chip]:
    """Filters in use, each as words that read as a sentence."""
    used = [name for name in data if name in filters.filters or name in {"q", "search"}]
    return [
        Chip(*_words(filters, name, str(data[name])), _without(data, name))
        for name in used
        if data[name]
    ]


def _words(filters: CompanyFilter, name: str, value: str) -> tuple[str, str]:
    if name in {"q", "search"}:
        return NOUNS[name], f"“{value}”"
    noun = NOUNS.get(name, f"{name.capitalize()} is")
    choices = dict(getattr(filters.filters[name], "extra", {}).get("choices", ()))
    return noun, filters.names.get(name) or str(choices.get(value, value))


def _without(data: QueryDict, name: str) -> str:
    rest = data.copy()
    for gone in (name, "after", "before"):
        rest.pop(gone, None)
    return f"?{rest.urlencode()}"


# --- files ------------------------------------------------------------------------------------
def _text_of(row: Any, name: str) -> Any:
    value = getattr(row, name)
    if name == "owner":
        return value.email if value else None
    return value.name if name == "parent" and value else value


#: In the order of the file; those that a role sees hidden on leads are left out for it.
EXPORTED = (
    "external_id",
    "name",
    "domain",
    "industry",
    "employees",
    "country",
    "region",
    "city",
    "phone",
    "revenue",
    "revenue_currency",
    "tier",
    "parent",
    "owner",
    "created_at",
    "updated_at",
)


def export_companies(
    *, rows: QuerySet[Company], kind: str, by: User, filters: Iterable[str]
) -> StreamingHttpResponse | FileResponse:
    """The rows as CSV or XLSX, read in slices. The history keeps who, how many and by which filters."""
    count, is_floor = capped_count(rows)
    record(
        actor=by,
        verb="exported_companies",
        subject=by,
        summary=f"{count:,}{'+' if is_floor else ''} companies",
        data={"rows": count, "is_floor": is_floor, "format": kind, "filters": list(filters)},
    )
    hidden = masked_fields(by, "leads.lead")
    names = [name for name in EXPORTED if name not in hidden]
    keys = [] if "attributes" in hidden else _attribute_keys(rows)
    header = [*names, "size", *(f"attributes.{key}" for key in keys)]
    ordered = rows.select_related("owner", "parent").order_by("pk")
    return table_response(kind, "companies", header, _lines(ordered, names, keys))


def _attribute_keys(rows: QuerySet[Company]) -> list[str]:
    keys: set[str] = set()
    held = rows.exclude(attributes={}).order_by("pk").values_list("attributes", flat=True)
    for attributes in held.iterator(chunk_size=CHUNK):
        keys |= attributes.keys()
    return sorted(keys)


def _lines(
    rows: QuerySet[Company], names: Iterable[str], keys: Iterable[str]
) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=CHUNK):
        band = band_of(row.employees)
        yield [
            *(_text_of(row, name) for name in names),
            band.label if band else "",
            *(row.attributes.get(key) for key in keys),
        ]
