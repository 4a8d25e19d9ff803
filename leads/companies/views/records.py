"""The record of a company: read, add, edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from leads.companies import services
from leads.companies.family import family_of
from leads.companies.finding import industries, offered, same_domain
from leads.companies.forms import CompanyForm
from leads.companies.models import TargetAccount
from leads.companies.presenting import facts_of, people_of
from leads.companies.services.records import DuplicateCompany
from leads.companies.timeline import timeline_of_company
from leads.models import Company
from leads.services.records import WrongValues
from leads.timeline_rows import LineWriter, joined
from portal.accounts.decorators import requires
from portal.accounts.policy import masked_fields
from portal.core.errors import StaleEdit
from portal.core.htmx import render_page
from portal.core.statements import Statement

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


#: For those who may see every company.
_any_company = Statement(
    lambda pk: Company.objects.select_related("owner", "parent").filter(pk=pk).order_by()
)
_accounts = Statement(
    lambda pk: TargetAccount.objects.on_list().filter(company=pk).select_related("target_list")
)


def _company(request: PortalRequest, pk: int, action: str = "leads.view_company") -> Company:
    if request.user.reaches_all(action) and (found := _any_company(pk)):
        return found[0]
    rows = Company.objects.permitted(request.user, action)
    return get_object_or_404(rows.select_related("owner", "parent"), pk=pk)


@require_safe
@requires("leads.view_company")
def company_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """Facts, family, people and targets; buying centre, timeline and feedback load by address."""
    company, user = _company(request, pk), request.user
    hidden = masked_fields(user, "leads.lead")
    context = {
        "company": company,
        "facts": facts_of(company, hidden),
        "names_hidden": "full_name" in hidden,
        "family": family_of(company, user),
        "people": people_of(company, user),
        "accounts": _accounts(company.pk) if _may_list(request) else [],
        "twins": list(same_domain(company.domain, user, besides=company)),
        "may_change": user.may("leads.change_company"),
        "feedback_url": f"/feedback/on/leads.company/{company.pk}/",
    }
    return render(request, "companies/company_detail.html", context)


def _may_list(request: PortalRequest) -> bool:
    return request.user.may("companies.view_targetlist")


@require_safe
@requires("leads.view_company")
def company_timeline(request: PortalRequest, pk: int) -> HttpResponse:
    """What happened to the company and its people; a part of it after another."""
    company = _company(request, pk)
    timeline = timeline_of_company(company, request.user, request.GET.get("after", ""))
    writer = LineWriter(may_restore=request.user.may("leads.restore_touchpoint"))
    lines = joined(writer.line(told.entry, told.who, told.url) for told in timeline.lines)
    context = {"company": company, "timeline": timeline, "lines": lines}
    return render_page(
        request, "companies/company_timeline.html", "companies/_company_timeline.html", context
    )


@require_safe
@requires("leads.view_company")
def company_options(request: PortalRequest) -> HttpResponse:
    """Names of companies, offered while somebody types one."""
    words = request.GET.get("parent", request.GET.get("q", "")).replace("\x00", "")[:100]
    context = {"companies": offered(words, request.user), "words": words}
    return render_page(
        request, "companies/company_options.html", "companies/_company_options.html", context
    )


@get_or_post
@requires("leads.add_company")
def company_create(request: PortalRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, user=request.user)
    context: dict[str, Any] = {"form": form, "industries": industries(request.user)}
    if request.method == "POST" and form.is_valid():
        asked = "is_new" not in request.POST
        alike = list(same_domain(form.prepared.domain, request.user)) if asked else []
        made = Company.objects.filter(form_token=form.cleaned_data["form_token"] or "-")
        context["alike"] = alike = [] if made.exists() else alike
        if not alike and (company := _created(request, form, context)) is not None:
            messages.success(request, f"{company} was added.")
            return redirect(company)
    status = 422 if form.is_bound else 200
    return render(request, "companies/company_create.html", context, status=status)


def _created(request: PortalRequest, form: CompanyForm, context: dict[str, Any]) -> Company | None:
    token = form.cleaned_data["form_token"]
    try:
        return services.create_company(prepared=form.prepared, by=request.user, form_token=token)
    except DuplicateCompany as error:
        form.add_error(error.field, error.message)
        context["duplicate"] = error.company
    except WrongValues as error:
        form.show_errors(error.by_field)
    return None


@get_or_post
@requires("leads.change_company")
def company_edit(request: PortalRequest, pk: int) -> HttpResponse:
    company = _company(request, pk, "leads.change_company")
    form = CompanyForm(request.POST or None, user=request.user, company=company)
    context: dict[str, Any] = {
        "form": form,
        "company": company,
        "industries": industries(request.user),
    }
    if request.method == "POST" and form.is_valid() and _changed(request, company, form, context):
        messages.success(request, "Your changes are saved.")
        return redirect(company)
    status = 422 if form.is_bound else 200
    return render(request, "companies/company_edit.html", context, status=status)


def _changed(
    request: PortalRequest, company: Company, form: CompanyForm, context: dict[str, Any]
) -> bool:
    version = form.cleaned_data["version"]
    try:
        services.change_company(
            company=company, prepared=form.prepared, by=request.user, version=version
        )
    except StaleEdit as error:
        form.rebase(company.version)
        context["conflicts"] = error.conflicts.values()
    except DuplicateCompany as error:
        form.add_error(error.field, error.message)
        context["duplicate"] = error.company
    except WrongValues as error:
        form.show_errors(error.by_field)
    else:
        return True
    return False
