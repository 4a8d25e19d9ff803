"""From the address of a list to what a saved view keeps, and to the tabs of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from leads.columns import COLUMNS, ORDERS
from leads.conditions.asking import read, uses_hidden
from leads.conditions.tree import Wrong
from leads.fields import ATTRIBUTES
from leads.filters import VIEWS, LeadFilter
from leads.models import Lead, SavedView, ViewPin
from portal.accounts.policy import masked_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.accounts.models import User
    from portal.accounts.requests import PortalRequest

#: What an address holds beside filters.
STEERING = ("columns", "ordering", "filter", "saved", "after", "before", "apply", "page_size")
#: The longest value, and the most filters, that a view keeps.
LONGEST, MOST = 300, 40


class _Asker:
    """As much of a request as filters need."""

    def __init__(self, user: User) -> None:
        self.user = user


def asked_by(data: QueryDict, user: User) -> dict[str, Any]:
    """What a view keeps of an address. Raises ``ValidationError`` for what no list can show."""
    filters = {name: str(data[name]) for name in data if name not in STEERING and data[name] != ""}
    if len(filters) > MOST or any(len(value) > LONGEST for value in filters.values()):
        raise ValidationError({"filters": ["This is more than a view can keep."]})
    condition = None
    if data.get("filter"):
        try:
            condition = read(data["filter"], user).json
        except Wrong as error:
            raise ValidationError({"condition": [str(error)]}) from None
    check_filters(filters, user)
    columns = [key for key in ",".join(data.getlist("columns")).split(",") if key in COLUMNS]
    ordering = data.get("ordering", "")
    is_offered = ordering.removeprefix("-") in ORDERS
    return {
        "condition": condition,
        "filters": filters,
        "columns": list(dict.fromkeys(columns)),
        "ordering": ordering if is_offered else "",
    }


def check_filters(filters: Mapping[str, str], user: User) -> None:
    """The simple filters must be such as the list would take."""
    data = QueryDict(mutable=True)
    data.update(filters)
    asked = LeadFilter(data, queryset=Lead.objects.none(), request=_Asker(user))
    wrong: dict[str, Any] = {name: ["There is no filter of this name."] for name in asked.unknown()}
    if not asked.is_valid():
        wrong |= {name: list(map(str, found)) for name, found in asked.errors.items()}
    if wrong:
        raise ValidationError(wrong)
    _ = asked.qs


def is_closed_to(view: SavedView, user: User) -> bool:
    """Whether the view asks by something that the reader's role sees hidden."""
    hidden = masked_fields(user, "leads.lead")
    if any(_base(name) in hidden for name in view.filters):
        return True
    return view.condition is not None and uses_hidden(view.condition, user)


def _base(name: str) -> str:
    if name.startswith(ATTRIBUTES):
        return ATTRIBUTES.rstrip(".")
    return "full_name" if name in {"q", "search"} else name.partition("__")[0]


# --- tabs -------------------------------------------------------------------------------------
def pins_of(request: PortalRequest) -> list[ViewPin]:
    """The person's tabs, in order, asked for once a request."""
    if not hasattr(request, "view_pins"):
        request.view_pins = _pins(request.user)  # type: ignore[attr-defined]
    return request.view_pins  # type: ignore[attr-defined]


def _pins(user: User) -> list[ViewPin]:
    """Views out of the person's reach are left out."""
    seen = SavedView.objects.permitted(user, "leads.view_savedview")
    pins = ViewPin.objects.filter(user=user, view__in=seen).select_related("view")
    return [pin for pin in pins if not is_closed_to(pin.view, user)]


def tabs_of(request: PortalRequest) -> list[dict[str, Any]]:
    """The computed views (mine, my teams, unassigned, all) and after them the pinned ones."""
    user, data = request.user, request.GET
    pins = pins_of(request)
    url = reverse("leads:lead-list")
    # With a view that opens by itself, "all" must say so.
    everything = "all" if any(pin.is_default for pin in pins) else ""
    computed = {everything: "All", **(VIEWS if user.may("leads.change_lead") else {})}
    saved = data.get("saved", "")
    pinned = [
        {
            "label": pin.view.name,
            "url": pin.view.get_absolute_url(),
            "active": saved == str(pin.view_id),
        }
        for pin in pins
    ]
    is_saved = any(tab["active"] for tab in pinned)
    chosen = data.get("view", "") if data.get("view") in VIEWS else everything
    tabs = [
        {
            "label": label,
            "url": f"{url}?view={view}" if view else url,
            "active": not is_saved and view == chosen,
        }
        for view, label in computed.items()
    ]
    return [*tabs, *pinned]


def opening(request: PortalRequest) -> str:
    """The address of the view that the list opens with; empty where somebody asked for more."""
    if request.META.get("QUERY_STRING") or request.htmx:
        return ""
    first = next((pin for pin in pins_of(request) if pin.is_default), None)
    return first.view.get_absolute_url() if first else ""


def saved_view_of(request: PortalRequest) -> SavedView | None:
    """The view that the address came from, as far as the reader may see it."""
    pk = request.GET.get("saved", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    rows = SavedView.objects.permitted(request.user, "leads.view_savedview")
    return rows.filter(pk=int(pk)).first()


def address_of_editor(data: QueryDict) -> str:
    """What the filter editor needs of a list: its condition, and the rest to come back with."""
    rest = data.copy()
    for name in ("filter", "after", "before", "apply"):
        rest.pop(name, None)
    asked = {"filter": data.get("filter", ""), "rest": rest.urlencode()}
    return urlencode({name: value for name, value in asked.items() if value})
