"""The record: read, add, edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from leads.models import Company, Lead
from leads.opportunities import services
from leads.opportunities.forms import OpportunityForm
from leads.opportunities.models import Opportunity, OpportunityLine, OpportunityStage
from leads.opportunities.presenting import history_of, rows_of
from leads.services.records import WrongValues
from portal.accounts.decorators import requires
from portal.accounts.policy import masked_fields
from portal.core.errors import StaleEdit
from portal.core.statements import Statement

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
VIEW = "opportunities.view_opportunity"
#: People of the company that the record names.
MOST_PEOPLE = 10
#: For those who may see every opportunity and every lead.
_any_record = Statement(
    lambda pk: (
        Opportunity.objects.for_record()
        .annotate(sees_lead=ExpressionWrapper(Q(lead__isnull=False), BooleanField()))
        .filter(pk=pk)
    )
)
_any_people = Statement(lambda company: _known_at(Lead.objects.all(), company))
_stages = Statement(lambda _: OpportunityStage.objects.all())
_lines = Statement(
    lambda pk: OpportunityLine.objects.filter(opportunity=pk).select_related("product")
)


@require_safe
@requires(VIEW)
def opportunity_detail(request: PortalRequest, pk: int) -> HttpResponse:
    opportunity = _record(request.user, pk)
    return render(request, "opportunities/opportunity_detail.html", _context(request, opportunity))


def _record(reader: User, pk: int) -> Opportunity:
    reaches_all = reader.reaches_all(VIEW) and reader.reaches_all("leads.view_lead")
    if reaches_all and (found := _any_record(pk)):
        return found[0]
    rows = Opportunity.objects.permitted(reader, VIEW).for_record()
    return get_object_or_404(rows.seeing_leads(reader), pk=pk)


def _context(request: PortalRequest, opportunity: Opportunity) -> dict[str, Any]:
    """What the record shows. Acts are offered only on rows that are in reach."""
    user = request.user
    return {
        "opportunity": opportunity,
        "age": rows_of([opportunity])[0].age,
        "hidden": masked_fields(user, "opportunities.opportunity"),
        "names_hidden": "full_name" in masked_fields(user, "leads.lead"),
        "stages": [
            stage
            for stage in (_stages(0) if user.may("opportunities.view_opportunitystage") else ())
            if (stage.is_active and stage.is_open) or stage.pk == opportunity.stage_id
        ],
        "lines": _lines(opportunity.pk),
        "competitors": list(opportunity.competitors.all()),
        "people": _people(opportunity, user),
        "entries": history_of(opportunity),
        "may_work": _may(user, "change", opportunity),
        "may_close": _may(user, "close", opportunity),
        "feedback_url": f"/feedback/on/opportunities.opportunity/{opportunity.pk}/",
    }


def _may(user: User, verb: str, opportunity: Opportunity) -> bool:
    """Asked of the database only where the answer differs from row to row."""
    action = f"opportunities.{verb}_opportunity"
    if user.reaches_all(action) or not user.may(action):
        return user.may(action)
    return Opportunity.objects.permitted(user, action).filter(pk=opportunity.pk).exists()


def _people(opportunity: Opportunity, user: User) -> list[Lead]:
    """Those who are known at the company, as far as the reader may see them."""
    if opportunity.company_id is None:
        return []
    if user.reaches_all("leads.view_lead"):
        return _any_people(opportunity.company_id)
    mine = Lead.objects.permitted(user, "leads.view_lead")
    return list(_known_at(mine, opportunity.company_id))


def _known_at(leads: QuerySet[Lead], company: int) -> QuerySet[Lead]:
    known = leads.filter(company=company).select_related("persona", "stage")
    return known.order_by("full_name", "pk")[:MOST_PEOPLE]


# --- add and edit -----------------------------------------------------------------------------
@get_or_post
@requires("opportunities.add_opportunity")
def opportunity_create(request: PortalRequest) -> HttpResponse:
    form = OpportunityForm(request.POST or None, user=request.user, initial=_started(request))
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["form_token"]
        try:
            with transaction.atomic():  # A refusal takes new companies and competitors back.
                made = services.open_opportunity(
                    values=form.found(), by=request.user, form_token=token
                )
        except WrongValues as error:
            form.show_errors(error.by_field)
        else:
            messages.success(request, f"{made} was added.")
            return redirect(made)
    status = 422 if form.is_bound else 200
    return render(request, "opportunities/opportunity_create.html", {"form": form}, status=status)


def _started(request: PortalRequest) -> dict[str, Any]:
    """What a link to the form says already: for which lead, or which company."""
    user = request.user
    started: dict[str, Any] = {}
    if not user.reaches_all("opportunities.assign_opportunity"):
        started["owner"] = user.pk
    lead = _named(request, "lead", Lead.objects.permitted(user, "leads.view_lead"))
    if lead is not None:
        started |= {
            "lead": lead.pk,
            "source": lead.source,
            "team": lead.team_id,
            "campaign": lead.campaign.slug if lead.campaign else "",
        }
    company = lead.company if lead is not None else None
    company = company or _named(
        request, "company", Company.objects.permitted(user, "leads.view_company")
    )
    if company is not None:
        started |= {"company_name": company.name, "name": company.name}
    return started


def _named(request: PortalRequest, name: str, rows: Any) -> Any:
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    related = ("company", "campaign") if name == "lead" else ()
    return rows.select_related(*related).filter(pk=int(text)).first()


@get_or_post
@requires("opportunities.change_opportunity")
def opportunity_edit(request: PortalRequest, pk: int) -> HttpResponse:
    rows = Opportunity.objects.permitted(request.user, "opportunities.change_opportunity")
    opportunity = get_object_or_404(rows.for_record(), pk=pk)
    form = OpportunityForm(request.POST or None, user=request.user, opportunity=opportunity)
    context: dict[str, Any] = {"form": form, "opportunity": opportunity}
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():  # As above.
                services.change_opportunity(
                    opportunity=opportunity,
                    values=form.found(),
                    by=request.user,
                    version=form.cleaned_data["version"],
                )
        except StaleEdit as error:
            form.rebase(opportunity)
            context["conflicts"] = error.conflicts.values()
        except WrongValues as error:
            form.show_errors(error.by_field)
        else:
            messages.success(request, "Your changes are saved.")
            return redirect(opportunity)
    status = 422 if form.is_bound else 200
    return render(request, "opportunities/opportunity_edit.html", context, status=status)
