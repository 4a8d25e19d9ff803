"""Opportunities as a file: the columns of the contract, so that what was exported can be imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leads.fields import ATTRIBUTES
from portal.accounts.policy import masked_fields
from portal.activity.services import record
from portal.core.listing import capped_count
from portal.core.spreadsheets import table_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.db.models import QuerySet
    from django.http import FileResponse, StreamingHttpResponse

    from leads.opportunities.models import Opportunity
    from portal.accounts.models import User

CHUNK = 2000


def _of(column: str, name: str) -> Callable[[Opportunity], Any]:
    return lambda row: getattr(getattr(row, column), name) if getattr(row, column) else None


def _created(row: Opportunity) -> Any:
    return row.created_at if row.is_created_known else None


#: Field of the contract → its value. The order of the columns.
FIELDS: dict[str, Callable[[Any], Any]] = {
    "external_id": lambda row: row.external_id,
    "name": lambda row: row.name,
    "lead.external_id": lambda row: row.lead.external_id if row.sees_lead else None,
    "lead.email": lambda row: row.lead.email if row.sees_lead else None,
    "company.name": _of("company", "name"),
    "owner": lambda row: row.owner.email if row.owner else row.owner_name,
    "team": lambda row: row.team_label,
    "product": _of("product", "name"),
    "campaign": _of("campaign", "slug"),
    "source": lambda row: row.source,
    "amount": lambda row: row.amount,
    "currency": lambda row: row.currency,
    "stage": lambda row: row.stage.slug,
    "created_at": _created,
    "expected_close_on": lambda row: row.expected_close_on,
    "closed_at": lambda row: row.closed_at,
    "status": lambda row: row.status,
    "lost_reason": lambda row: row.lost_reason,
    "won_reason": lambda row: row.won_reason,
    "outcome_to": lambda row: row.outcome_to,
    "competitor": _of("competitor", "name"),
    "next_step": lambda row: row.next_step,
    "next_step_on": lambda row: row.next_step_on,
}
#: Columns of bulk data, for whoever writes many rows at once.
COLUMNS = tuple(FIELDS)


def export_opportunities(
    *, rows: QuerySet[Opportunity], kind: str, by: User, filters: Iterable[str]
) -> StreamingHttpResponse | FileResponse:
    """The rows as CSV or XLSX, read in slices. The history keeps who, how many and by which filters."""
    hidden = masked_fields(by, "opportunities.opportunity")
    of_leads = {f"lead.{name}" for name in masked_fields(by, "leads.lead")}
    count, is_floor = capped_count(rows)
    record(
        actor=by,
        verb="exported_opportunities",
        subject=by,
        summary=f"{count:,}{'+' if is_floor else ''} opportunities",
        data={"rows": count, "is_floor": is_floor, "format": kind, "filters": list(filters)},
    )
    names = [name for name in FIELDS if name not in hidden | of_leads]
    if "attributes" not in hidden:
        names += [f"{ATTRIBUTES}{key}" for key in _attribute_keys(rows)]
    related = (
        "lead", "company", "owner", "team", "product", "campaign", "stage", "competitor",
    )  # fmt: skip
    ordered = rows.select_related(*related).seeing_leads(by).order_by("pk")  # type: ignore[attr-defined]
    return table_response(kind, "opportunities", names, _lines(ordered, names))


def _attribute_keys(rows: QuerySet[Opportunity]) -> list[str]:
    keys: set[str] = set()
    held = rows.exclude(attributes={}).order_by("pk").values_list("attributes", flat=True)
    for attributes in held.iterator(chunk_size=CHUNK):
        keys |= attributes.keys()
    return sorted(keys)


def _lines(rows: QuerySet[Opportunity], names: list[str]) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=CHUNK):
        yield [
            FIELDS[name](row)
            if name in FIELDS
            else row.attributes.get(name.removeprefix(ATTRIBUTES))
            for name in names
        ]
