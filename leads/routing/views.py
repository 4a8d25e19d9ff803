"""Who gets which lead: the rules in words, a trial that changes nothing, and absences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.models import Lead
from leads.routing import services
from leads.routing.forms import AbsenceForm, TrialForm
from leads.routing.models import Absence, RoutingRule
from leads.routing.presenting import rule_lines, shares, trial_lines
from leads.segments.membership import membership
from portal.accounts.decorators import requires
from portal.core.htmx import render_page

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
#: So many leads are tried at once; more would say nothing else.
TRIED = 200
SHOWN_ABSENCES = 100


@require_safe
@requires("routing.view_routingrule")
def rule_list(request: PortalRequest) -> HttpResponse:
    """Every rule in the order in which it is asked, with whose turn it is and how fair it was."""
    rows = RoutingRule.objects.permitted(request.user, "routing.view_routingrule").for_list()
    context = {
        "lines": rule_lines(rows, timezone.now()),
        "may_change": request.user.may("routing.change_routingrule"),
    }
    return render(request, "routing/rule_list.html", context)


@require_safe
@requires("routing.try_routingrule")
def rule_try(request: PortalRequest) -> HttpResponse:
    """Where leads would go now. Changes nothing."""
    form = TrialForm(request.GET or None, user=request.user)
    context: dict[str, Any] = {"form": form, "most": TRIED}
    if not form.is_bound or form.is_valid():
        leads = _tried(request, form)
        lines = trial_lines(leads, services.try_out(leads=leads, at=timezone.now()))
        context |= {"lines": lines, "shares": shares(lines)}
    status = 422 if form.is_bound and form.errors else 200
    return render_page(
        request, "routing/rule_try.html", "routing/_trial.html", context, status=status
    )


def _tried(request: PortalRequest, form: TrialForm) -> list[Lead]:
    rows = Lead.objects.permitted(request.user, "leads.view_lead").for_list()
    given = form.cleaned_data if form.is_bound else {}
    if given.get("filter"):
        rows = rows.filter(given["filter"].q)
    elif given.get("segment"):
        rows = rows.filter(membership(given["segment"]))
    else:
        rows = rows.filter(stage__kind="mql", status=Lead.Status.OPEN)
    return list(rows.order_by("-created_at", "-pk")[:TRIED])


@require_safe
@requires("routing.view_absence")
def absence_list(request: PortalRequest) -> HttpResponse:
    """Who is away and when, from today on; entering one's own, or for managers anybody's."""
    rows = Absence.objects.permitted(request.user, "routing.view_absence").for_list()
    context = {
        "rows": rows.filter(last_on__gte=timezone.localdate())[:SHOWN_ABSENCES],
        "form": AbsenceForm(user=request.user),
        "mine": set(
            Absence.objects.permitted(request.user, "routing.delete_absence").values_list(
                "pk", flat=True
            )
        ),
    }
    return render_page(request, "routing/absence_list.html", "routing/_absence_table.html", context)


@get_or_post
@requires("routing.add_absence")
def absence_create(request: PortalRequest) -> HttpResponse:
    form = AbsenceForm(request.POST or None, user=request.user)
    if form.is_bound and form.is_valid():
        services.add_absence(by=request.user, **form.cleaned_data)
        messages.success(request, "Routing knows of it.")
        return redirect("routing:absence-list")
    return render(
        request,
        "routing/absence_create.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@require_POST
@requires("routing.delete_absence")
def absence_delete(request: PortalRequest, pk: int) -> HttpResponse:
    mine = Absence.objects.permitted(request.user, "routing.delete_absence").for_list()
    services.delete_absence(absence=get_object_or_404(mine, pk=pk), by=request.user)
    messages.success(request, "They get new leads again.")
    return redirect("routing:absence-list")
