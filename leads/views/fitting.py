"""Which leads fit a persona: shown on the persona's page, loaded by its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from leads.models import Lead
from personas.models import Persona
from portal.accounts.decorators import requires
from portal.accounts.policy import masked_fields
from portal.core.htmx import render_page
from portal.core.listing import capped_count

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portal.accounts.requests import PortalRequest

NEWEST = 5


@require_safe
@requires("leads.view_lead")
def persona_panel(request: PortalRequest, slug: str) -> HttpResponse:
    """How many of the leads that one may see fit, how many of them are won, and the newest."""
    personas = Persona.objects.permitted(request.user, "personas.view_persona")
    persona = get_object_or_404(personas, slug=slug)
    mine = Lead.objects.permitted(request.user, "leads.view_lead").filter(persona=persona)
    total, is_floor = capped_count(mine)
    won, _ = capped_count(mine.filter(status=Lead.Status.WON))
    context = {
        "persona": persona,
        "total": total,
        "is_floor": is_floor,
        "won": won,
        "leads": mine.for_list().order_by("-created_at", "-pk")[:NEWEST],
        "names_hidden": "full_name" in masked_fields(request.user, "leads.lead"),
    }
    return render_page(request, "leads/persona_panel.html", "leads/_persona_panel.html", context)
