"""Talking points on a lead: find, fill in, use, rate."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaigns.talking_points.models import TalkingPoint
from leads.models import Lead
from leads.outreach import services
from leads.outreach.forms import RateForm, UseForm
from leads.outreach.models import Use
from leads.outreach.recommending import recommended
from portal.accounts.decorators import requires
from portal.accounts.policy import masked_fields
from portal.core.htmx import is_fragment, render_page

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

MOST_SHOWN = 20
USE = "talking_points.use_talkingpoint"


def _lead(request: PortalRequest, pk: int) -> Lead:
    rows = Lead.objects.permitted(request.user, "leads.view_lead")
    return get_object_or_404(rows.select_related("company", "campaign", "persona", "stage"), pk=pk)


def _point(request: PortalRequest, slug: str) -> TalkingPoint:
    rows = TalkingPoint.objects.permitted(request.user, USE)
    return get_object_or_404(
        rows.select_related("document__in_force", "document__owner"), slug=slug
    )


@requires(USE)
@require_safe
def recommendation_list(request: PortalRequest, pk: int) -> HttpResponse:
    """What to say to this lead, best first; words narrow it down."""
    lead = _lead(request, pk)
    words = request.GET.get("q", "").replace("\x00", "")[:100]
    found = recommended(lead, user=request.user, words=words)[:MOST_SHOWN]
    context = {
        "lead": lead,
        "words": words,
        "rows": services.previews(found, lead=lead, sender=request.user),
    }
    return render_page(
        request, "outreach/recommendation_list.html", "outreach/_recommendation_panel.html", context
    )


@requires(USE)
@require_safe
def use_prepare(request: PortalRequest, pk: int, slug: str) -> HttpResponse:
    """The text filled in for this lead; with a hole it can be read but not used."""
    lead, point = _lead(request, pk), _point(request, slug)
    filled = services.fill_for(talking_point=point, lead=lead, sender=request.user)
    context = {
        "lead": lead,
        "point": point,
        "filled": filled,
        "form_token": secrets.token_hex(16),
        "rate_form": RateForm(),
        "how_to_use": filled.revision.content.get("how_to_use", ""),
    }
    return render_page(request, "outreach/use_prepare.html", "outreach/_use_panel.html", context)


@requires(USE)
@require_safe
def use_standing(request: PortalRequest, pk: int, slug: str) -> HttpResponse:
    """Whether the revision that a rep has open (``?seen=``) is still in force; 204 when it is."""
    lead, point = _lead(request, pk), _point(request, slug)
    in_force = None if point.document.retired_at else point.document.in_force
    number = str(in_force.number) if in_force else ""
    if number == request.GET.get("seen", ""):
        return HttpResponse(status=204)
    context = {"lead": lead, "point": point, "number": number}
    return render(request, "outreach/_use_changed.html", context)


@requires(USE)
@require_POST
def use_create(request: PortalRequest, pk: int, slug: str) -> HttpResponse:
    """Log the use with one click; what follows asks how it went and, for a mail, opens it."""
    lead, point = _lead(request, pk), _point(request, slug)
    form = UseForm(request.POST)
    if not form.is_valid():
        return HttpResponse("Choose how the text is used.", status=422)
    use = services.use_talking_point(
        talking_point=point, lead=lead, by=request.user, **form.cleaned_data
    )
    if is_fragment(request):
        return render(request, "outreach/_use_done.html", _rating(request, use, RateForm()))
    messages.success(request, "Logged.")
    return redirect("outreach:use-rate", pk=use.pk)


def _rating(request: PortalRequest, use: Use, form: RateForm) -> dict[str, Any]:
    """What asks for a rating, with the way into the mail client while it is not rated yet."""
    is_mail = use.channel == Use.Channel.MAIL and use.lead.email and use.rated_at is None
    mail_url = services.mail_for(use=use) if is_mail else ""
    return {"use": use, "form": form, "mail_url": mail_url}


@requires("talking_points.rate_talkingpoint")
def use_rate(request: PortalRequest, pk: int) -> HttpResponse:
    """Rating and “I changed it because…”, for one's own uses of leads that one sees."""
    rows = Use.objects.permitted(request.user, "leads.view_lead").filter(by=request.user)
    use = get_object_or_404(rows.for_rating(), pk=pk)
    initial = {"rating": use.rating, "changed_because": use.changed_because}
    form = RateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.rate_use(use=use, by=request.user, **form.cleaned_data)
        messages.success(request, "Thank you. Its author sees this.")
        return redirect(use.lead)
    status = 422 if request.method == "POST" else 200
    return render(request, "outreach/use_rate.html", _rating(request, use, form), status=status)


@requires("talking_points.view_talkingpoint")
@require_safe
def talking_point_uses(request: PortalRequest, slug: str) -> HttpResponse:
    """How a text is used: counts for all, the lines only of leads that one may see."""
    rows = TalkingPoint.objects.permitted(request.user, "talking_points.view_talkingpoint")
    point = get_object_or_404(rows, slug=slug)
    uses = Use.objects.permitted(request.user, "leads.view_lead").filter(talking_point=point)
    context = {
        "point": point,
        "summary": point.uses.summary(),
        "uses": uses.select_related("lead", "by", "revision")[:MOST_SHOWN],
        "names_hidden": "full_name" in masked_fields(request.user, "leads.lead"),
    }
    return render_page(
        request, "outreach/talking_point_uses.html", "outreach/_talking_point_uses.html", context
    )
