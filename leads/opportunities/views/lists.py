"""The list, the board, and what hangs on them. Both read the same filters from the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from leads.opportunities.cards import CardWriter
from leads.opportunities.export import export_opportunities
from leads.opportunities.filters import VIEWS, OpportunityFilter
from leads.opportunities.forms import MoreFiltersForm
from leads.opportunities.models import Opportunity, OpportunityStage, Status
from leads.opportunities.presenting import LISTING, board_of, chips, is_sum_cheap, rows_of, sums_of
from portal.accounts.decorators import requires
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Page
from portal.core.spreadsheets import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from leads.opportunities.presenting import BoardColumn
    from portal.accounts.requests import PortalRequest

VIEW = "opportunities.view_opportunity"
#: Selects of the filter bar; everything else in the address travels along hidden.
BAR = ("q", "stage", "status")


@require_safe
@requires(VIEW)
def opportunity_list(request: PortalRequest) -> HttpResponseBase:
    if "apply" in request.GET:
        return _tidied(request, "opportunity-list", opportunity_list)
    rows = Opportunity.objects.permitted(request.user, VIEW).as_shown()
    filters = OpportunityFilter(request.GET, queryset=rows, request=request)
    errors = _problems(filters)
    page = Page([]) if errors else LISTING.page(request, filters.qs)
    context = _shared(request, filters, errors) | {
        "page": page,
        "rows": rows_of(page),
        "sums": sums_of(filters.qs) if is_sum_cheap(page) else "",
        "statuses": Status.choices,
        "orders": LISTING.orders,
    }
    return render_page(
        request,
        "opportunities/opportunity_list.html",
        "opportunities/_opportunity_table.html",
        context,
        status=400 if errors else 200,
    )


@require_safe
@requires(VIEW)
def opportunity_board(request: PortalRequest) -> HttpResponseBase:
    """What is open, by stage. Each column shows those that stand there longest."""
    if "apply" in request.GET:
        return _tidied(request, "opportunity-board", opportunity_board)
    return board_answer(request)


def board_answer(request: PortalRequest, *, moved: int | None = None) -> HttpResponse:
    """The board for the filters of the request; ``moved`` is the card that gets the focus."""
    rows = Opportunity.objects.permitted(request.user, VIEW)
    filters = OpportunityFilter(request.GET, queryset=rows, request=request)
    errors = _problems(filters)
    context = _shared(request, filters, errors)
    columns = [] if errors else board_of(filters.qs, context["stages"])
    closable, here = _closable(request, columns), _address("opportunity-board", request.GET)
    writer = CardWriter(request, closable=closable, moved=moved, here=here)
    for column in columns:
        column.cards = writer.cards(column)
    context["columns"] = columns
    return render_page(
        request,
        "opportunities/opportunity_board.html",
        "opportunities/_opportunity_board.html",
        context,
        status=400 if errors else 200,
    )


def _closable(request: PortalRequest, columns: Iterable[BoardColumn]) -> set[int]:
    """Cards that the person may close: what is visible is not always theirs to end."""
    cards = [row.opportunity.pk for column in columns for row in column.rows]
    mine = Opportunity.objects.permitted(request.user, "opportunities.close_opportunity")
    return set(mine.filter(pk__in=cards).values_list("pk", flat=True))


def _shared(
    request: PortalRequest, filters: OpportunityFilter, errors: list[str]
) -> dict[str, Any]:
    data = request.GET
    stages = OpportunityStage.objects.permitted(request.user, "opportunities.view_opportunitystage")
    return {
        "errors": errors,
        "chips": chips(filters, data),
        "stages": list(stages),
        "kept": _kept(data, (*BAR, "after", "before", "apply")),
        "query": _without(data, "after", "before").urlencode(),
        "common": _without(data, "after", "before", "status", "ordering").urlencode(),
        "tabs": _tabs(request),
    }


def _problems(filters: OpportunityFilter) -> list[str]:
    """Sentences about filters that are unknown or cannot be used."""
    texts = [f"There is no filter “{name[:60]}”." for name in filters.unknown()]
    if not filters.is_valid():
        texts += [f"{name}: {text}" for name, found in filters.errors.items() for text in found]
    if not texts:
        try:
            _ = filters.qs
        except ValidationError as error:
            texts = error.messages
    return texts


def _kept(data: QueryDict, besides: Iterable[str]) -> list[tuple[str, str]]:
    """What a form sends along unseen, so that one filter does not undo another."""
    return [
        (name, value) for name, values in data.lists() if name not in besides for value in values
    ]


def _without(data: QueryDict, *names: str) -> QueryDict:
    rest = data.copy()
    for name in names:
        rest.pop(name, None)
    return rest


def _address(page: str, data: QueryDict) -> str:
    query = data.urlencode()
    return f"{reverse(f'opportunities:{page}')}{f'?{query}' if query else ''}"


def _tabs(request: PortalRequest) -> list[dict[str, Any]]:
    chosen, path = request.GET.get("view", ""), request.path
    may_work = request.user.may("opportunities.change_opportunity")
    views = {"": "All", **VIEWS} if may_work else {"": "All"}
    return [
        {"label": label, "url": f"{path}?view={view}" if view else path, "active": view == chosen}
        for view, label in views.items()
    ]


def _tidied(request: PortalRequest, page: str, view: Any) -> HttpResponseBase:
    """An address without the empty fields of the form: what is in it is what was asked."""
    data = request.GET.copy()
    for name in [name for name in data if name == "apply" or not data[name]]:
        del data[name]
    url = _address(page, data)
    if not is_fragment(request):
        return redirect(url)
    request.GET = data  # type: ignore[assignment]
    response = view(request)
    response["HX-Push-Url"] = url
    return response


@require_safe
@requires(VIEW)
def opportunity_filters(request: PortalRequest) -> HttpResponse:
    """Filters that need choices from several tables, fetched when somebody wants them."""
    form = MoreFiltersForm(request.GET, user=request.user)
    page = "board" if request.GET.get("on") == "board" else "list"
    context = {
        "form": form,
        "target": reverse(f"opportunities:opportunity-{page}"),
        "kept": _kept(request.GET, (*form.fields, "after", "before", "apply", "on")),
    }
    return render_page(
        request,
        "opportunities/opportunity_filters.html",
        "opportunities/_opportunity_filters.html",
        context,
    )


@require_safe
@requires("opportunities.export_opportunity")
def opportunity_export(request: PortalRequest) -> HttpResponseBase:
    """The rows of the list as a file. Every export stands in the history."""
    kind = request.GET.get("format", "csv")
    rows: QuerySet[Any] = Opportunity.objects.permitted(
        request.user, "opportunities.export_opportunity"
    )
    filters = OpportunityFilter(request.GET, queryset=rows, request=request)
    if kind not in FORMATS or _problems(filters):
        raise Http404
    return export_opportunities(
        rows=filters.qs, kind=kind, by=request.user, filters=sorted(request.GET)
    )
