"""What only scoring models show beside the pages of every document, and the score of a lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from leads.former import present_or_404
from leads.models import Lead
from leads.scored import score_of
from leads.scoring import services
from leads.scoring.definition import RULE_OUT
from leads.scoring.explaining import explain, said_of
from leads.scoring.models import ScoringModel, Standing
from leads.scoring.reading import Opened, open_model
from portal.accounts.decorators import requires
from portal.core.htmx import render_page

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest
    from portal.documents.models import Revision


def scoring_model_details(
    request: PortalRequest, subject: ScoringModel, revision: Revision
) -> dict[str, Any]:
    """The rules in words, group by group, and whether this revision gives the scores."""
    opened = open_model(revision.content)
    standing = Standing.objects.filter(pk=1).select_related("active", "preparing").first()
    active = standing.active if standing else None
    preparing = standing.preparing if standing else None
    in_force = subject.document.in_force_id
    return {
        "shape": opened.model.shape,
        "groups": groups_of(opened),
        "outs": _lines(opened, [n for n, a in enumerate(opened.asked) if a.rule.kind == RULE_OUT]),
        "loose": _lines(opened, _loose(opened)),
        "is_active": bool(active and active.pk == revision.pk),
        "is_preparing": bool(preparing and preparing.pk == revision.pk),
        "may_activate": bool(
            in_force
            and not subject.document.retired_at
            and not (active and active.pk == in_force)
            and not (preparing and preparing.pk == in_force)
            and request.user.has_perm("scoring.activate_scoringmodel")
        ),
    }


def groups_of(opened: Opened) -> list[dict[str, Any]]:
    return [
        {"group": group, "rules": _lines(opened, [n for n, _ in opened.model.of_group(group.name)])}
        for group in opened.model.groups
    ]


def _loose(opened: Opened) -> list[int]:
    """Rules that would count in no group: the draft is not finished."""
    names = {group.name for group in opened.model.groups}
    rows = enumerate(opened.model.rules)
    return [n for n, rule in rows if rule.kind != RULE_OUT and rule.group not in names]


def _lines(opened: Opened, places: list[int]) -> list[dict[str, Any]]:
    return [{"rule": opened.asked[n].rule, "said": said_of(opened.asked[n])} for n in places]


@require_POST
@requires("scoring.activate_scoringmodel")
def scoring_model_activate(request: PortalRequest, slug: str) -> HttpResponse:
    rows = ScoringModel.objects.permitted(request.user, "scoring.activate_scoringmodel")
    model = get_object_or_404(rows, slug=slug)
    services.activate_scoring_model(model=model, by=request.user)
    messages.success(
        request, "All leads are scored anew in the background. Until that is done, nothing changes."
    )
    return redirect(model)


@require_safe
@requires("leads.view_lead")
def score_panel(request: PortalRequest, pk: int) -> HttpResponse:
    """The score of a lead with every rule, shown on its record."""
    lead = present_or_404(Lead.objects.permitted(request.user, "leads.view_lead"), pk)
    context = {"lead": lead, "explained": explain(lead, request.user), "stored": score_of(lead)}
    return render_page(request, "scoring/score_panel.html", "scoring/_score_panel.html", context)
