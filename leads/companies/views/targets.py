"""Target lists: which companies both departments want, and how far they have come with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.companies import services
from leads.companies.finding import find_by_lines
from leads.companies.forms import AccountsByNameForm, TargetListForm
from leads.companies.models import TargetList
from leads.companies.targeting import KPIS
from leads.companies.views.centre import at_version
from leads.companies.views.lists import added_words, ticked
from leads.services.records import WrongValues
from portal.accounts.decorators import requires
from portal.core.errors import StaleEdit
from portal.core.htmx import render_page
from portal.core.listing import Listing

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
LISTS = Listing({"name": "name"}, default="name")
ACCOUNTS = Listing({"added": "added_at", "tier": "tier"}, default="-added")


def _list(request: PortalRequest, pk: int, action: str) -> TargetList:
    rows = TargetList.objects.permitted(request.user, action)
    return get_object_or_404(rows.select_related("marketing_owner", "sales_owner"), pk=pk)


@require_safe
@requires("companies.view_targetlist")
def target_list_list(request: PortalRequest) -> HttpResponse:
    rows = TargetList.objects.permitted(request.user, "companies.view_targetlist").for_list()
    context = {
        "page": LISTS.page(request, rows),
        "may_add": request.user.may("companies.add_targetlist"),
    }
    return render_page(
        request, "companies/target_list_list.html", "companies/_target_list_table.html", context
    )


@require_safe
@requires("companies.view_targetlist")
def target_list_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """What the list is for, the shared figures, and the companies on it."""
    target_list = _list(request, pk, "companies.view_targetlist")
    return render_page(
        request,
        "companies/target_list_detail.html",
        "companies/_account_table.html",
        _context(request, target_list),
    )


def _context(request: PortalRequest, target_list: TargetList) -> dict[str, Any]:
    user = request.user
    rows = target_list.accounts.on_list()
    figures = rows.figures()
    may_add = user.may("companies.add_targetaccount")
    return {
        "target_list": target_list,
        "page": ACCOUNTS.page(request, rows.for_list().with_progress()),
        "kpis": [kpi.of(figures) for kpi in KPIS],
        "may_change": user.may("companies.change_targetlist"),
        "may_add": may_add,
        "may_remove": user.may("companies.remove_targetaccount"),
        "form": AccountsByNameForm() if may_add else None,
    }


@get_or_post
@requires("companies.add_targetlist")
def target_list_create(request: PortalRequest) -> HttpResponse:
    form = TargetListForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["form_token"]
        try:
            target_list = services.create_target_list(
                values=form.values, by=request.user, form_token=token
            )
        except WrongValues as error:
            _show(form, error)
        else:
            messages.success(
                request, f"The list “{target_list}” is there. Now put companies on it."
            )
            return redirect(target_list)
    return _ask(request, {"form": form, "title": "New target list", "submit": "Create list"})


def _ask(request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].is_bound else 200
    return render(request, "companies/target_list_form.html", context, status=status)


def _show(form: TargetListForm, error: WrongValues) -> None:
    for name, text in error.by_field.items():
        form.add_error(name if name in form.fields else None, text)


@get_or_post
@requires("companies.change_targetlist")
def target_list_edit(request: PortalRequest, pk: int) -> HttpResponse:
    target_list = _list(request, pk, "companies.change_targetlist")
    form = TargetListForm(request.POST or None, user=request.user, target_list=target_list)
    context: dict[str, Any] = {
        "form": form,
        "target_list": target_list,
        "title": f"Edit {target_list}",
        "submit": "Save",
    }
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.change_target_list(
                target_list=target_list, values=form.values, by=request.user, version=version
            )
        except StaleEdit as error:
            form.add_error(None, error.message)
            form.data = at_version(request, target_list.version)
            context["now"] = target_list
        except WrongValues as error:
            _show(form, error)
        else:
            messages.success(request, "The list is saved.")
            return redirect(target_list)
    return _ask(request, context)


# --- what stands on it ------------------------------------------------------------------------
@require_POST
@requires("companies.add_targetaccount")
def accounts_add(request: PortalRequest, pk: int) -> HttpResponse:
    """Put companies on the list by name or domain: all of them or none."""
    target_list = _list(request, pk, "companies.add_targetaccount")
    form = AccountsByNameForm(request.POST)
    if form.is_valid():
        found = find_by_lines(form.cleaned_data["companies"].splitlines(), request.user)
        for line in found.unknown[:20]:
            form.add_error("companies", f"There is no company “{line}”.")
        for line in found.unclear[:20]:
            form.add_error(
                "companies", f"Several companies have the domain “{line}”; give the name."
            )
        if form.is_valid() and _added(request, target_list, form, found.companies):
            return redirect(target_list)
    context = _context(request, target_list) | {"form": form}
    return render(request, "companies/target_list_detail.html", context, status=422)


def _added(
    request: PortalRequest, target_list: TargetList, form: AccountsByNameForm, companies: list[Any]
) -> bool:
    try:
        added = services.add_accounts(
            target_list=target_list,
            companies=companies,
            by=request.user,
            tier=form.cleaned_data["tier"],
            reason=form.cleaned_data["reason"],
        )
    except WrongValues as error:
        form.add_error("companies", " ".join(error.by_field.values()))
        return False
    messages.success(request, added_words(added, len(companies)))
    return True


@require_POST
@requires("companies.remove_targetaccount")
def accounts_remove(request: PortalRequest, pk: int) -> HttpResponse:
    """Take the ticked companies off the list."""
    target_list = _list(request, pk, "companies.remove_targetaccount")
    if not request.POST.getlist("ids"):
        raise Http404
    companies = ticked(request, "leads.view_company")
    removed = services.remove_accounts(
        target_list=target_list, companies=companies, by=request.user
    )
    messages.success(
        request, f"{removed} compan{'y' if removed == 1 else 'ies'} taken off the list."
    )
    return redirect(target_list)
