"""What only campaigns do beside the pages of every document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaigns import services
from campaigns.audience import audience
from campaigns.completeness import planned_and_actual
from campaigns.forms import CancelForm, PostponeForm
from campaigns.models import Campaign
from portal.accounts.decorators import requires
from portal.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portal.accounts.requests import PortalRequest
    from portal.documents.models import Revision

MOST_NAMES = 8


def campaign_details(
    request: PortalRequest, subject: Campaign, revision: Revision
) -> dict[str, Any]:
    """Publishing, reading and costs, for the brief's page."""
    user = request.user
    is_published = subject.is_before_sales
    planned, actual = planned_and_actual(revision.content)
    return {
        "is_published": is_published,
        "audience": audience(revision),
        **(_readers(subject, user) if is_published else {}),
        "may_publish": user.has_perm("campaigns.publish_campaign")
        and subject.state == Campaign.State.AGREED,
        "may_change_plan": is_published
        and subject.state != Campaign.State.ENDED
        and user.has_perm("campaigns.postpone_campaign"),
        "costs_planned": planned,
        "costs_actual": actual,
        "leads_url": f"/leads/?campaign={subject.slug}",
        "segments_url": _segments_url(revision),
    }


def _readers(subject: Campaign, user: User) -> dict[str, Any]:
    """Who has not yet said that they read what is published."""
    missing = services.missing_readers(subject)
    return {
        "missing_count": missing.count(),
        "missing_readers": missing[:MOST_NAMES],
        "owes_reading": missing.filter(pk=user.pk).exists(),
    }


def _segments_url(revision: Revision) -> str:
    """Where the segments that the brief names are counted; they live above campaigns."""
    names = [("name", name) for name in revision.content.get("segments", ())]
    return f"/segments/figures/?{urlencode(names)}"


def _campaign(request: PortalRequest, slug: str, action: str) -> Campaign:
    rows = Campaign.objects.permitted(request.user, action).select_related("document")
    return get_object_or_404(rows, slug=slug)


@requires("campaigns.publish_campaign")
@require_POST
def campaign_publish(request: PortalRequest, slug: str) -> HttpResponse:
    campaign = _campaign(request, slug, "campaigns.publish_campaign")
    services.publish_campaign(campaign=campaign, by=request.user)
    messages.success(request, "Published. Every rep has been asked to read it.")
    return redirect(campaign)


@requires("campaigns.acknowledge_campaign")
@require_POST
def campaign_acknowledge(request: PortalRequest, slug: str) -> HttpResponse:
    campaign = _campaign(request, slug, "campaigns.acknowledge_campaign")
    services.acknowledge_campaign(campaign=campaign, by=request.user)
    messages.success(request, "Thank you. The campaign's owner sees that you have read it.")
    return redirect(campaign)


@requires("campaigns.postpone_campaign")
def campaign_postpone(request: PortalRequest, slug: str) -> HttpResponse:
    campaign = _campaign(request, slug, "campaigns.postpone_campaign")
    initial = {"starts_on": campaign.starts_on, "ends_on": campaign.ends_on}
    form = PostponeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.postpone_campaign(campaign=campaign, by=request.user, **form.cleaned_data)
        messages.success(request, "Postponed. The reps have been told.")
        return redirect(campaign)
    return _form(request, campaign, form, "Postpone", "The reps are told the new dates.")


@requires("campaigns.cancel_campaign")
def campaign_cancel(request: PortalRequest, slug: str) -> HttpResponse:
    campaign = _campaign(request, slug, "campaigns.cancel_campaign")
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.cancel_campaign(campaign=campaign, by=request.user, **form.cleaned_data)
        messages.success(request, "Cancelled. The reps have been told.")
        return redirect(campaign)
    return _form(request, campaign, form, "Cancel the campaign", "The brief stays readable.")


def _form(
    request: PortalRequest, campaign: Campaign, form: Any, heading: str, text: str
) -> HttpResponse:
    context = {"subject": campaign, "form": form, "heading": heading, "text": text}
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/campaign_act.html", context, status=status)


@requires("campaigns.view_campaign")
@require_safe
def campaign_readers(request: PortalRequest, slug: str) -> HttpResponse:
    """Who has read the revision in force, and who has not."""
    campaign = _campaign(request, slug, "campaigns.view_campaign")
    done = campaign.acknowledgements.filter(revision=campaign.document.in_force_id)
    context = {
        "subject": campaign,
        "done": done.select_related("rep")[:500],
        "missing": services.missing_readers(campaign)[:500],
    }
    return render(request, "campaigns/campaign_readers.html", context)
