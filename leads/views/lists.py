"""The list page and what hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.chips import chips
from leads.columns import (
    MOST_COLUMNS,
    Column,
    chosen_columns,
    keep_columns,
    kept_columns,
    known_columns,
    listing_for,
    offered_columns,
    rows_for,
    why_unsorted,
)
from leads.export import export_leads
from leads.filters import LeadFilter
from leads.models import Lead
from leads.more_filters import MoreFiltersForm
from leads.rows import RowWriter
from leads.saving_views import address_of_editor, opening, saved_view_of, tabs_of
from portal.accounts.decorators import requires
from portal.accounts.step_up import ask_password_again
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Page
from portal.core.spreadsheets import FORMATS
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from portal.accounts.requests import PortalRequest
    from portal.core.listing import Listing

#: Selects of the filter bar; everything else in the address travels along hidden.
BAR = ("q", "stage", "status")
#: An export of more rows asks for the password again.
STEP_UP_FROM = 1_000


@require_safe
@requires("leads.view_lead")
def lead_list(request: PortalRequest) -> HttpResponseBase:
    if "apply" in request.GET:
        return _tidied(request)
    if first := opening(request):
        return redirect(first)
    rows = Lead.objects.permitted(request.user, "leads.view_lead")
    filters = LeadFilter(request.GET, queryset=rows, request=request)
    listing = listing_for(filters.hidden)
    errors = _problems(filters, listing)
    columns = chosen_columns(_named_columns(request.GET), kept_columns(request))
    page = Page([])
    if not errors:
        order = listing.order(request.GET).column
        page = listing.page(request, rows_for(filters.qs, columns, [order]))
    context = _list_context(request, filters, page, columns)
    context |= {"errors": errors, "orders": listing.orders}
    return render_page(
        request,
        "leads/lead_list.html",
        "leads/_lead_table.html",
        context,
        status=400 if errors else 200,
    )


def _problems(filters: LeadFilter, listing: Listing | None = None) -> list[str]:
    """Sentences about filters that are unknown or cannot be used, and about an order without index."""
    texts = [f"There is no filter “{name[:60]}”." for name in filters.unknown()]
    if not filters.is_valid():
        texts += [f"{name}: {text}" for name, found in filters.errors.items() for text in found]
    if listing is not None and (
        why := why_unsorted(str(filters.data.get("ordering", "")), listing)
    ):
        texts.append(why)
    if not texts:
        try:
            _ = filters.qs
        except ValidationError as error:
            texts = error.messages
    return texts


def _named_columns(data: QueryDict) -> str:
    return ",".join(data.getlist("columns"))


def _list_context(
    request: PortalRequest, filters: LeadFilter, page: Page, columns: list[Column]
) -> dict[str, Any]:
    data, user = request.GET, request.user
    acts = [act for act in BULK if user.may(act[3])]
    writer = RowWriter(columns, filters.hidden, may_tick=bool(acts))
    return {
        "page": page,
        "rows": writer.rows(page),
        "columns": columns,
        "hidden": filters.hidden,
        "chips": chips(filters, data),
        "is_guess": filters.is_guess,
        "tabs": tabs_of(request),
        "saved_view": saved_view_of(request),
        "conditions": address_of_editor(data),
        "stages": list(Stage.objects.permitted(user, "funnel.view_stage").active()),
        "statuses": Lead.Status.choices,
        "kept": _kept(data, (*BAR, "after", "before", "apply")),
        "acts": acts,
        "query": _without_cursor(data),
    }


#: Act, its words, its icon, what one must be allowed to, its key.
BULK = (
    ("assign", "Assign", "hand", "leads.assign_lead", "a"),
    ("stage", "Stage", "arrow-right", "leads.change_stage_lead", "s"),
    ("tag", "Tag", "tag", "leads.tag_lead", "t"),
    ("untag", "Untag", "x", "leads.tag_lead", "u"),
)


def _kept(data: QueryDict, besides: Iterable[str]) -> list[tuple[str, str]]:
    """What a form sends along unseen, so that one filter does not undo another."""
    return [
        (name, value) for name, values in data.lists() if name not in besides for value in values
    ]


def _without_cursor(data: QueryDict) -> str:
    rest = data.copy()
    for name in ("after", "before"):
        rest.pop(name, None)
    return rest.urlencode()


def _tidied(request: PortalRequest) -> HttpResponseBase:
    """An address without the empty fields of the form: what is in it is what was asked."""
    data = request.GET.copy()
    for name in [name for name in data if name == "apply" or not data[name]]:
        del data[name]
    url = f"{reverse('leads:lead-list')}?{data.urlencode(safe=',')}".rstrip("?")
    if not is_fragment(request):
        return redirect(url)
    request.GET = data  # type: ignore[assignment]
    response = lead_list(request)
    response["HX-Push-Url"] = url
    return response


@require_safe
@requires("leads.view_lead")
def lead_filters(request: PortalRequest) -> HttpResponse:
    """Filters that need choices from several tables, and columns, fetched when somebody wants them."""
    form = MoreFiltersForm(request.GET, user=request.user)
    hidden = LeadFilter(request.GET, queryset=Lead.objects.none(), request=request).hidden
    besides = ("after", "before", "apply")
    chosen = chosen_columns(_named_columns(request.GET), kept_columns(request))
    places: list[Column | None] = [*chosen, *[None] * (MOST_COLUMNS - len(chosen))]
    context = {
        "form": form,
        "kept": _kept(request.GET, (*form.fields, *besides)),
        "kept_for_columns": _kept(request.GET, ("columns", *besides)),
        "conditions": address_of_editor(request.GET),
        "offered": offered_columns(request.user, hidden),
        "places": places,
    }
    return render_page(request, "leads/lead_filters.html", "leads/_lead_filters.html", context)


@require_POST
@requires("leads.view_lead")
def columns_keep(request: PortalRequest) -> HttpResponse:
    """Show the list with these columns; on wish, keep them as this person's usual ones."""
    columns = known_columns([name for name in request.POST.getlist("columns") if name])
    keys = [column.key for column in columns]
    rest = request.POST.copy()
    for name in ("columns", "csrfmiddlewaretoken", "keep"):
        rest.pop(name, None)
    if "keep" in request.POST:
        keep_columns(request, columns)
        messages.success(request, "These are your usual columns now.")
    elif keys:
        rest["columns"] = ",".join(keys)
    return redirect(f"{reverse('leads:lead-list')}?{rest.urlencode(safe=',')}".rstrip("?"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("leads.export_lead")
def lead_export(request: PortalRequest) -> HttpResponseBase:
    """The rows of the list, or the ticked ones, as a file. Every export stands in the history."""
    data = request.POST if request.method == "POST" else request.GET
    kind = data.get("format", "csv")
    rows: QuerySet[Any] = Lead.objects.permitted(request.user, "leads.export_lead")
    if request.method == "POST":
        rows, asked = _ticked(rows, data.getlist("ids")), ["ids"]
    else:
        query = data.copy()
        query.pop("fields", None)
        filters = LeadFilter(query, queryset=rows, request=request)
        if _problems(filters):
            raise Http404
        rows, asked = filters.qs, sorted(set(query) - {"format", "columns", "ordering", "view"})
    if kind not in FORMATS:
        raise Http404
    if rows.order_by()[: STEP_UP_FROM + 1].count() > STEP_UP_FROM:
        ask_password_again(request)
    columns = None
    if data.get("fields") == "columns":
        columns = chosen_columns(_named_columns(data), kept_columns(request))
    return export_leads(rows=rows, kind=kind, by=request.user, filters=asked, columns=columns)


def _ticked(rows: QuerySet[Any], texts: Sequence[str]) -> QuerySet[Any]:
    """The ticked leads: all of them, or none when one is out of reach."""
    ids = {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19}
    found = rows.filter(pk__in=ids)
    if not ids or len(ids) > STEP_UP_FROM or found.count() != len(ids):
        raise Http404
    return found
