"""The buying centre: read it, put people in, say how they stand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.companies import services
from leads.companies.centre import centre_of
from leads.companies.forms import PartForm, RelationForm
from leads.companies.models import ROLES, Member, Relation
from leads.models import Company, Lead
from portal.accounts.decorators import requires
from portal.accounts.policy import masked_fields
from portal.core.errors import StaleEdit
from portal.core.htmx import is_fragment, render_page

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _company(request: PortalRequest, pk: int) -> Company:
    return get_object_or_404(Company.objects.permitted(request.user, "leads.view_company"), pk=pk)


def _member(request: PortalRequest, pk: int, action: str) -> Member:
    rows = Member.objects.permitted(request.user, action).select_related("company", "lead")
    return get_object_or_404(rows, pk=pk)


@require_safe
@requires("companies.view_member")
def buying_centre(request: PortalRequest, pk: int) -> HttpResponse:
    """The picture, the same as a table, the relations and what is missing."""
    company = _company(request, pk)
    return render_page(
        request,
        "companies/buying_centre.html",
        "companies/_buying_centre.html",
        _context(request, company),
    )


def _context(request: PortalRequest, company: Company) -> dict[str, Any]:
    user = request.user
    centre = centre_of(company, user)
    changes = user.may("companies.change_member")
    # Beside other parts of the record there is room for the essence only.
    is_short = is_fragment(request)
    relates = changes and sum(seat.is_open for seat in centre.seats) > 1
    return {
        "company": company,
        "centre": centre,
        "parts": ROLES,
        "is_short": is_short,
        "texts_hidden": bool(masked_fields(user, "companies.member")),
        "may_add": user.may("companies.add_member"),
        "may_change": changes,
        "relation_form": RelationForm(seats=centre.seats) if relates else None,
    }


def at_version(request: PortalRequest, version: int) -> QueryDict:
    """What was typed, to be measured against what stands there now when it is sent again."""
    data = request.POST.copy()
    data["version"] = str(version)
    return data


def _back(company: Company) -> str:
    return reverse("companies:buying-centre", args=[company.pk])


def _candidates(request: PortalRequest, company: Company) -> Any:
    """People of the company whom the reader may put in and who have no part yet."""
    placed = Member.objects.filter(company=company).values("lead")
    rows = Lead.objects.permitted(request.user, "companies.add_member").filter(company=company)
    return rows.exclude(pk__in=placed).order_by("full_name", "pk")


@get_or_post
@requires("companies.add_member")
def member_add(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a person into the buying centre."""
    company = _company(request, pk)
    people = _candidates(request, company)
    form = PartForm(request.POST or None, people=people, lead=request.GET.get("lead", "")[:20])
    if request.method == "POST" and form.is_valid():
        lead = form.cleaned_data["lead"]
        services.add_member(company=company, lead=lead, part=form.part, by=request.user)
        messages.success(request, f"{lead} is in the buying centre.")
        return _done(request, company)
    context = {
        "company": company,
        "form": form,
        "has_people": form.is_bound or people.exists(),
        "title": "Add a person to the buying centre",
        "submit": "Add person",
    }
    return _ask(request, context)


def _ask(request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].is_bound else 200
    return render_page(
        request, "companies/member_form.html", "companies/_member_form.html", context, status=status
    )


def _done(request: PortalRequest, company: Company) -> HttpResponse:
    if is_fragment(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = _back(company)
        return response
    return redirect(_back(company))


@get_or_post
@requires("companies.change_member")
def member_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Change somebody's part; saving says that the rest of it is still so."""
    member = _member(request, pk, "companies.change_member")
    form = PartForm(request.POST or None, member=member)
    context: dict[str, Any] = {
        "company": member.company,
        "member": member,
        "form": form,
        "has_people": True,
        "title": f"The part of {member.lead}",
        "submit": "Save",
    }
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.change_member(member=member, part=form.part, by=request.user, version=version)
        except StaleEdit as error:
            form.add_error(None, error.message)
            form.data = at_version(request, member.version)
            context["now"] = member
        else:
            messages.success(request, f"The part of {member.lead} is saved.")
            return _done(request, member.company)
    return _ask(request, context)


@require_POST
@requires("companies.change_member")
def member_verify(request: PortalRequest, pk: int) -> HttpResponse:
    member = _member(request, pk, "companies.change_member")
    services.verify_member(member=member, by=request.user)
    messages.success(request, f"Noted: what stands here about {member.lead} is still so.")
    return redirect(_back(member.company))


@require_POST
@requires("companies.remove_member")
def member_remove(request: PortalRequest, pk: int) -> HttpResponse:
    member = _member(request, pk, "companies.remove_member")
    services.remove_member(member=member, by=request.user)
    messages.success(
        request, f"{member.lead} is no longer in the buying centre. The lead itself stays."
    )
    return redirect(_back(member.company))


# --- relations --------------------------------------------------------------------------------
@require_POST
@requires("companies.change_member")
def relation_add(request: PortalRequest, pk: int) -> HttpResponse:
    """Say how two people stand to each other. Both must be within reach."""
    company = _company(request, pk)
    centre = centre_of(company, request.user)
    form = RelationForm(request.POST, seats=centre.seats)
    if not form.is_valid():
        context = _context(request, company) | {"relation_form": form}
        return render(request, "companies/buying_centre.html", context, status=422)
    mine = Member.objects.permitted(request.user, "companies.change_member").filter(company=company)
    ends = {
        name: get_object_or_404(mine, pk=form.cleaned_data[name]) for name in ("source", "target")
    }
    services.add_relation(**ends, kind=form.cleaned_data["kind"], by=request.user)
    messages.success(request, "The relation is drawn.")
    return redirect(_back(company))


@require_POST
@requires("companies.change_member")
def relation_remove(request: PortalRequest, pk: int) -> HttpResponse:
    rows = Relation.objects.between(request.user, "companies.change_member")
    relation = get_object_or_404(rows.select_related("source__company"), pk=pk)
    services.remove_relation(relation=relation, by=request.user)
    messages.success(request, "The relation is taken out.")
    return redirect(_back(relation.source.company))


# --- on the record of a lead ------------------------------------------------------------------
@require_safe
@requires("leads.view_lead")
def lead_panel(request: PortalRequest, pk: int) -> HttpResponse:
    """What part a lead plays at their company; the lead's page loads it by address."""
    leads = Lead.objects.permitted(request.user, "leads.view_lead").select_related("company")
    lead = get_object_or_404(leads, pk=pk)
    centre = centre_of(lead.company, request.user) if lead.company else None
    context = {
        "lead": lead,
        "company": lead.company,
        "centre": centre,
        "seat": centre.seat_of(lead.pk) if centre else None,
        "may_add": request.user.may("companies.add_member"),
    }
    return render_page(request, "companies/lead_panel.html", "companies/_lead_panel.html", context)
