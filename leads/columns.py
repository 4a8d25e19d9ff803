"""What the list can show, what it can be sorted by, and which of it a role sees hidden.

Every field of the contract and every custom attribute is a column. A column names what must be
read for it, so that a page reads what it shows and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from leads.fields import ATTRIBUTE_NAME, ATTRIBUTES, FIELDS, LeadField, Place, Type
from leads.models import AttributeDefinition, ColumnChoice
from leads.scored import score_of, with_scores
from portal.core.listing import Listing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leads.models import Lead
    from portal.accounts.models import User
    from portal.accounts.requests import PortalRequest

#: Where the session remembers a person's usual columns.
KEPT = "lead_columns"
#: More columns than these fit no screen.
MOST_COLUMNS = 12


@dataclass(frozen=True)
class Column:
    """``kind`` says how the cell is drawn: text, person, stage, link, moment, day, number or tags.

    ``needs`` names the columns of the database that the value is made of.
    """

    key: str
    label: str
    kind: str
    value: Callable[[Lead], Any]
    sort: str = ""
    needs: tuple[str, ...] = ()
    #: The field that a role may see hidden.
    field: str = field(default="")

    def is_hidden(self, hidden: frozenset[str]) -> bool:
        return (self.field or self.key) in hidden


def _person(path: str) -> tuple[str, ...]:
    return (path, f"{path}__name", f"{path}__email")


def _figure(lead: Lead, name: str) -> Any:
    return getattr(score_of(lead), name, None)


_OWN = (
    Column(
        "stage", "Stage", "stage", attrgetter("stage"),
        needs=("stage", "stage__name", "status"),
    ),
    Column("owner", "Owner", "person", attrgetter("owner"), needs=_person("owner")),
    Column("team", "Team", "text", attrgetter("team"), needs=("team", "team__name")),
    Column("source", "Source", "text", attrgetter("source"), needs=("source",)),
    Column(
        "campaign", "Campaign", "link", attrgetter("campaign"),
        needs=("campaign", "campaign__title", "campaign__slug"),
    ),
    Column(
        "persona", "Persona", "link", attrgetter("persona"),
        needs=("persona", "persona__title", "persona__slug"),
    ),
    Column(
        "next_step_on", "Next step", "day", attrgetter("next_step_on"), "next_step",
        needs=("next_step_on", "status"),
    ),
    Column(
        "next_step", "What comes next", "text", attrgetter("next_step"), needs=("next_step",)
    ),
    Column("tags", "Tags", "tags", lambda lead: lead.tags.all()),
    Column("status", "Status", "text", lambda lead: lead.get_status_display(), needs=("status",)),
    Column(
        "heard_state", "Self-reported source", "text",
        lambda lead: lead.get_heard_state_display(), needs=("heard_state",),
    ),
    Column("score", "Score", "number", lambda lead: _figure(lead, "score")),
    Column("grade", "Grade", "text", lambda lead: _figure(lead, "grade")),
    Column("created", "Created", "moment", attrgetter("created_at"), "created", ("created_at",)),
    Column("changed", "Changed", "moment", attrgetter("updated_at"), "changed", ("updated_at",)),
)  # fmt: skip
#: Columns that are read with the score of each lead.
SCORED = frozenset({"score", "grade"})
_KINDS = {Type.MOMENT: "moment", Type.DATE: "day", Type.NUMBER: "number"}
#: Contract names whose column is one of the above, or the name that every row shows.
_SHOWN_OTHERWISE = frozenset({"full_name", "created_at", "notes"})


def _of_field(known: LeadField) -> Column:
    kind = _KINDS.get(known.type, "text")
    if known.place is Place.COMPANY:
        return Column(
            known.name, known.label, kind, _of_company(known.key),
            needs=("company", f"company__{known.key}"),
        )  # fmt: skip
    value = attrgetter(known.key)
    if known.type is Type.CONSENT:
        return Column(
            known.name, known.label, kind, lambda lead: lead.get_consent_display(),
            needs=("consent",),
        )  # fmt: skip
    return Column(known.name, known.label, kind, value, needs=(known.key,))


def _of_company(key: str) -> Callable[[Lead], Any]:
    return lambda lead: getattr(lead.company, key) if lead.company else None


COLUMNS: dict[str, Column] = {column.key: column for column in _OWN}
COLUMNS |= {
    name: _of_field(known)
    for name, known in FIELDS.items()
    if name not in COLUMNS and name not in _SHOWN_OTHERWISE
}
DEFAULT_COLUMNS = ("stage", "owner", "source", "next_step_on", "created")
#: Names of an order in the address → the column of the table, each with an index.
ORDERS = {
    "created": "created_at",
    "changed": "updated_at",
    "name": "full_name",
    "next_step": "next_step_on",
}
#: What every row shows besides its columns: the name, and the company below it.
ALWAYS = (
    "full_name", "first_name", "last_name", "email", "external_id", "company", "company__name",
)  # fmt: skip


def attribute_column(name: str, label: str = "") -> Column | None:
    """The column of a custom attribute (``attributes.visits``), or None when that is no safe name."""
    key = name.removeprefix(ATTRIBUTES)
    if not name.startswith(ATTRIBUTES) or not ATTRIBUTE_NAME.fullmatch(key):
        return None
    label = label or key.replace("_", " ").replace("-", " ").capitalize()
    return Column(
        name, label, "text", lambda lead: _shown(lead.attributes.get(key)),
        needs=("attributes",), field="attributes",
    )  # fmt: skip


def _shown(value: Any) -> Any:
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else value


def column_of(key: str) -> Column | None:
    return COLUMNS.get(key) or attribute_column(key)


def known_columns(text: str | Sequence[str]) -> list[Column]:
    """The columns that are named, each once, at most twelve; unknown names are passed over."""
    keys = text.split(",") if isinstance(text, str) else text
    found = (column_of(key) for key in dict.fromkeys(keys))
    return [column for column in found if column is not None][:MOST_COLUMNS]


def chosen_columns(text: str, kept: Iterable[str] = ()) -> list[Column]:
    """What the address asks for (``columns=stage,owner``), what the person keeps, or the usual ones."""
    return known_columns(text) or known_columns(tuple(kept)) or known_columns(DEFAULT_COLUMNS)


def kept_columns(request: PortalRequest) -> list[str]:
    """What this person keeps as their usual columns; asked once in a session."""
    if KEPT not in request.session:
        rows = ColumnChoice.objects.permitted(request.user, "leads.view_columnchoice")
        request.session[KEPT] = rows.values_list("columns", flat=True).first() or []
    return request.session[KEPT]


def keep_columns(request: PortalRequest, columns: Iterable[Column]) -> None:
    """Keep them as this person's usual ones; none means the portal's own."""
    keys = [column.key for column in columns]
    ColumnChoice.objects.update_or_create(user=request.user, defaults={"columns": keys})
    request.session[KEPT] = keys


def offered_columns(user: User, hidden: frozenset[str]) -> list[Column]:
    """All columns that this person may choose, the custom attributes last."""
    found = [column for column in COLUMNS.values() if not column.is_hidden(hidden)]
    if "attributes" in hidden:
        return found
    rows = AttributeDefinition.objects.permitted(user, "leads.view_attributedefinition")
    own = (attribute_column(f"{ATTRIBUTES}{row.name}", row.label) for row in rows)
    return [*found, *(column for column in own if column is not None)]


def listing_for(hidden: frozenset[str]) -> Listing:
    """Sorting by a hidden name would tell the name."""
    orders = {name: column for name, column in ORDERS.items() if column not in hidden}
    return Listing(orders, default="-created")


def why_unsorted(asked: str, listing: Listing) -> str:
    """Why the list cannot be sorted as the address asks; empty when it can."""
    name = asked.removeprefix("-")
    if not asked or name in listing.orders:
        return ""
    offered = [name.replace("_", " ") for name in listing.orders]
    return (
        f"The list cannot be sorted by “{name[:40]}”: a million leads have no index for it. "
        f"Sort by {', '.join(offered[:-1])} or {offered[-1]}."
    )


def rows_for(
    rows: QuerySet[Any], columns: Iterable[Column], orders: Iterable[str]
) -> QuerySet[Any]:
    """The rows with what the columns show and the order needs, and nothing else, in one query."""
    needs = {*ALWAYS, *orders, *(need for column in columns for need in column.needs)}
    joins = sorted({need.partition("__")[0] for need in needs if "__" in need})
    found = rows.select_related(None).select_related(*joins).only(*sorted(needs))
    if any(column.kind == "tags" for column in columns):
        found = found.prefetch_related("tags")
    return with_scores(found) if any(column.key in SCORED for column in columns) else found
