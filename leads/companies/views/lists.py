"""The list page of companies and what hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from leads.companies import services
from leads.companies.bands import CHOICES, band_of
from leads.companies.columns import LISTING, chips, export_companies
from leads.companies.filters import CompanyFilter
from leads.companies.finding import industries
from leads.companies.forms import AddAccountsForm, MoreFiltersForm
from leads.models import Company, Lead
from portal.accounts.decorators import requires
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Page
from portal.core.spreadsheets import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.accounts.requests import PortalRequest

#: Fields of the filter bar; everything else in the address travels along hidden.
BAR = ("q", "size", "tier")
#: More ticked at once than a page holds is no work of a mouse.
MOST_TICKED = 200


@require_safe
@requires("leads.view_company")
def company_list(request: PortalRequest) -> HttpResponseBase:
    if "apply" in request.GET:
        return _tidied(request)
    rows = Company.objects.permitted(request.user, "leads.view_company").select_related("owner")
    filters = CompanyFilter(request.GET, queryset=rows.defer("attributes"), request=request)
    errors = _problems(filters)
    page = Page([]) if errors else LISTING.page(request, filters.qs)
    context = _list_context(request, filters, page) | {"errors": errors}
    return render_page(
        request,
        "companies/company_list.html",
        "companies/_company_table.html",
        context,
        status=400 if errors else 200,
    )


def _problems(filters: CompanyFilter) -> list[str]:
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


def _list_context(request: PortalRequest, filters: CompanyFilter, page: Page) -> dict[str, Any]:
    data = request.GET
    people = _people_of(page.rows, request)
    return {
        "page": page,
        "rows": [
            (company, band_of(company.employees), people.get(company.pk, 0)) for company in page
        ],
        "chips": chips(filters, data),
        "sizes": CHOICES,
        "tiers": [*Company.Tier.choices, ("none", "No tier")],
        "kept": kept(data, (*BAR, "after", "before", "apply")),
        "may_tick": request.user.may("companies.add_targetaccount"),
        "query": without_cursor(data),
    }


def _people_of(rows: list[Company], request: PortalRequest) -> dict[int, int]:
    """Company id → how many of its people the reader may see. One query for the page."""
    mine = Lead.objects.permitted(request.user, "leads.view_lead")
    found = mine.filter(company__in=[row.pk for row in rows]).order_by()
    return dict(found.values("company").annotate(n=Count("pk")).values_list("company", "n"))


def kept(data: QueryDict, besides: Iterable[str]) -> list[tuple[str, str]]:
    """What a form sends along unseen, so that one filter does not undo another."""
    return [
        (name, value) for name, values in data.lists() if name not in besides for value in values
    ]


def without_cursor(data: QueryDict) -> str:
    rest = data.copy()
    for name in ("after", "before"):
        rest.pop(name, None)
    return rest.urlencode()


def _tidied(request: PortalRequest) -> HttpResponseBase:
    """An address without the empty fields of the form: what is in it is what was asked."""
    data = request.GET.copy()
    for name in [name for name in data if name == "apply" or not data[name]]:
        del data[name]
    url = f"{reverse('companies:company-list')}?{data.urlencode()}".rstrip("?")
    if not is_fragment(request):
        return redirect(url)
    request.GET = data  # type: ignore[assignment]
    response = company_list(request)
    response["HX-Push-Url"] = url
    return response


@require_safe
@requires("leads.view_company")
def company_filters(request: PortalRequest) -> HttpResponse:
    """Filters that need choices from several tables, fetched when somebody wants them."""
    form = MoreFiltersForm(request.GET, user=request.user)
    context = {
        "form": form,
        "industries": industries(request.user),
        "kept": kept(request.GET, (*form.fields, "after", "before", "apply")),
    }
    return render_page(
        request, "companies/company_filters.html", "companies/_company_filters.html", context
    )


@require_safe
@requires("leads.export_company")
def company_export(request: PortalRequest) -> HttpResponseBase:
    """The rows of the list as a file. Every export stands in the history."""
    kind = request.GET.get("format", "csv")
    rows = Company.objects.permitted(request.user, "leads.export_company")
    filters = CompanyFilter(request.GET, queryset=rows, request=request)
    if kind not in FORMATS or _problems(filters):
        raise Http404
    return export_companies(
        rows=filters.qs, kind=kind, by=request.user, filters=sorted(request.GET)
    )


def ticked(request: PortalRequest, action: str) -> list[Company]:
    """The companies whose boxes were ticked; 404 when none is, or one is out of reach."""
    ids = {
        int(text)
        for text in request.POST.getlist("ids")
        if text.isascii() and text.isdigit() and len(text) < 19
    }
    rows = Company.objects.permitted(request.user, action)
    found = list(rows.filter(pk__in=sorted(ids)[: MOST_TICKED + 1]).order_by("name", "pk"))
    if not ids or len(found) != len(ids):
        raise Http404
    return found


@require_POST
@requires("companies.add_targetaccount")
def companies_target(request: PortalRequest) -> HttpResponse:
    """Put the ticked companies on a target list."""
    companies = ticked(request, "leads.view_company")
    form = AddAccountsForm(
        request.POST if "target_list" in request.POST else None, user=request.user
    )
    if form.is_bound and form.is_valid():
        target_list = form.cleaned_data["target_list"]
        added = services.add_accounts(
            target_list=target_list,
            companies=companies,
            by=request.user,
            tier=form.cleaned_data["tier"],
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, added_words(added, len(companies)))
        return redirect(target_list)
    context = {"form": form, "companies": companies}
    status = 422 if form.is_bound else 200
    return render(request, "companies/companies_target.html", context, status=status)


def added_words(added: int, given: int) -> str:
    words = f"{added} compan{'y' if added == 1 else 'ies'} added."
    held = given - added
    return (
        f"{words} {held} {'was' if held == 1 else 'were'} on the list already." if held else words
    )
