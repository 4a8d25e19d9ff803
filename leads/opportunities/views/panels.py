"""Opportunities on other pages: of a lead, of a company. Each is loaded by its own address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from leads.models import Company, Lead
from leads.opportunities.models import Opportunity, Status
from leads.opportunities.presenting import is_sum_cheap, rows_of, sums_of
from portal.accounts.decorators import requires
from portal.core.htmx import render_page
from portal.core.listing import Page, capped_count

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from portal.accounts.requests import PortalRequest

VIEW = "opportunities.view_opportunity"
NEWEST = 5


@require_safe
@requires(VIEW)
def lead_panel(request: PortalRequest, pk: int) -> HttpResponse:
    """What this lead may buy, and the way to make it an opportunity."""
    leads = Lead.objects.permitted(request.user, "leads.view_lead")
    lead = get_object_or_404(leads, pk=pk)
    mine = Opportunity.objects.permitted(request.user, VIEW).filter(lead=lead)
    has_open = Opportunity.objects.filter(lead=lead, status=Status.OPEN).exists()
    action = "opportunities.convert_lead"
    may_convert = not has_open and not lead.is_lost and _may(request, lead, action)
    context = {"subject": lead, "lead": lead, "may_convert": may_convert}
    return _answer(request, mine, context | {"query": f"lead={lead.pk}"})


@require_safe
@requires(VIEW)
def company_panel(request: PortalRequest, pk: int) -> HttpResponse:
    """What this company may buy or has bought."""
    companies = Company.objects.permitted(request.user, "leads.view_company")
    company = get_object_or_404(companies, pk=pk)
    mine = Opportunity.objects.permitted(request.user, VIEW).filter(company=company)
    return _answer(request, mine, {"subject": company, "query": f"company={company.pk}"})


def _may(request: PortalRequest, lead: Lead, action: str) -> bool:
    if not request.user.may(action):
        return False
    return Lead.objects.permitted(request.user, action).filter(pk=lead.pk).exists()


def _answer(request: PortalRequest, rows: QuerySet[Any], context: dict[str, Any]) -> HttpResponse:
    total, is_floor = capped_count(rows)
    page = Page([], total=total, total_is_estimate=is_floor)
    newest = rows.as_shown().order_by("-created_at", "-pk")[:NEWEST]  # type: ignore[attr-defined]
    context |= {
        "total": total,
        "is_floor": is_floor,
        "won": sums_of(rows.filter(status=Status.WON)) if is_sum_cheap(page) else "",
        "rows": rows_of(newest),
    }
    return render_page(
        request,
        "opportunities/opportunity_panel.html",
        "opportunities/_opportunity_panel.html",
        context,
    )
