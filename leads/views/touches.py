"""What a lead and we have done, touch by touch; and a manager's word that one was a person's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from leads import services
from leads.channels import origin_text, tells_source
from leads.models import Lead, Touchpoint
from leads.services.sources import facts_of_touch
from leads.source_forms import RestoreForm
from portal.accounts.decorators import requires
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Listing

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

LISTING = Listing({"occurred": "occurred_at"}, default="-occurred")
ALL, LEFT_OUT = "", "left_out"


@require_safe
@requires("leads.view_touchpoint")
def touchpoint_list(request: PortalRequest, pk: int) -> HttpResponse:
    """All touches of one lead, of one kind or of all."""
    lead = get_object_or_404(Lead.objects.permitted(request.user, "leads.view_lead"), pk=pk)
    rows = Touchpoint.objects.permitted(request.user, "leads.view_touchpoint").filter(lead=lead)
    kind = request.GET.get("kind", ALL)
    shown = _of_kind(rows, kind)
    page = LISTING.page(request, shown.select_related("by", "campaign"))
    context = {
        "lead": lead,
        "page": page,
        "rows": [(touch, _origin(touch)) for touch in page],
        "kinds": _choices(lead, kind),
        "kind": kind,
    }
    return render_page(
        request, "leads/touchpoint_list.html", "leads/_touchpoint_table.html", context
    )


def _of_kind(rows: Any, kind: str) -> Any:
    if kind == LEFT_OUT:
        return rows.exclude(left_out="")
    return rows.filter(kind=kind) if kind in Touchpoint.Kind.values else rows


def _origin(touch: Touchpoint) -> str:
    facts = facts_of_touch(touch)
    return origin_text(facts) if tells_source(facts) else ""


def _choices(lead: Lead, chosen: str) -> list[dict[str, Any]]:
    url = reverse("leads:touchpoint-list", args=[lead.pk])
    offered = [(ALL, "All"), *Touchpoint.Kind.choices, (LEFT_OUT, "Left out")]
    return [
        {"value": value, "label": label, "url": f"{url}?kind={value}", "active": value == chosen}
        for value, label in offered
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("leads.restore_touchpoint")
def touchpoint_restore(request: PortalRequest, pk: int) -> HttpResponse:
    mine = Touchpoint.objects.permitted(request.user, "leads.restore_touchpoint")
    touchpoint = get_object_or_404(mine.select_related("lead__company"), pk=pk, lead__isnull=False)
    form = RestoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.restore_touchpoint(
            touchpoint=touchpoint, by=request.user, reason=form.cleaned_data["reason"]
        )
        messages.success(request, "The touch counts again.")
        target = redirect("leads:lead-detail", touchpoint.lead_id)
        if not is_fragment(request):
            return target
        return HttpResponse(status=204, headers={"HX-Redirect": target["Location"]})
    context = {
        "lead": touchpoint.lead,
        "form": form,
        "title": "Let this touch count",
        "submit": "Count it",
    }
    status = 422 if form.is_bound else 200
    return render_page(
        request, "leads/lead_act.html", "leads/_lead_act.html", context, status=status
    )
