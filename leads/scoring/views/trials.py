"""Trying a model, reading what came of it, and adopting suggested points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.scoring.forms import TrialForm
from leads.scoring.models import ScoringModel, Trial
from leads.scoring.services.trials import adopt_suggestion, start_trial
from leads.scoring.showing import charts_of
from portal.accounts.decorators import requires
from portal.core.htmx import render_page

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
#: How many earlier trials the page lists.
EARLIER = 20


@get_or_post
@requires("scoring.try_scoringmodel")
def scoring_model_try(request: PortalRequest, slug: str, number: int) -> HttpResponse:
    rows = ScoringModel.objects.permitted(request.user, "scoring.try_scoringmodel")
    subject = get_object_or_404(rows.with_document(), slug=slug)
    revision = get_object_or_404(subject.document.revisions, number=number)
    form = TrialForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        trial = start_trial(
            subject=subject, revision=revision, by=request.user, **form.cleaned_data
        )
        return redirect(trial)
    trials = Trial.objects.permitted(request.user, "scoring.view_trial").filter(subject=subject)
    context = {
        "subject": subject,
        "revision": revision,
        "form": form,
        "trials": trials.defer("result").for_list()[:EARLIER],
    }
    return render(
        request, "scoring/scoring_model_try.html", context, status=422 if form.is_bound else 200
    )


@require_safe
@requires("scoring.view_trial")
def trial_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """What was found; while it runs, the page asks again."""
    rows = Trial.objects.permitted(request.user, "scoring.view_trial").for_list()
    trial = get_object_or_404(rows, pk=pk)
    context: dict[str, Any] = {"trial": trial, "found": trial.result}
    if trial.result:
        context |= charts_of(trial.result)
    return render_page(request, "scoring/trial_detail.html", "scoring/_trial_found.html", context)


@require_POST
@requires("scoring.change_scoringmodel")
def suggestion_adopt(request: PortalRequest, pk: int) -> HttpResponse:
    trial = get_object_or_404(Trial.objects.permitted(request.user, "scoring.view_trial"), pk=pk)
    place = request.POST.get("place", "")
    if not (place.isascii() and place.isdigit() and len(place) < 5):
        raise Http404
    draft = adopt_suggestion(trial=trial, place=int(place), by=request.user)
    messages.success(
        request, f"Adopted into draft {draft.number}. It counts when both have signed."
    )
    return redirect(trial)
