"""The record: read, add, edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from leads import services
from leads.duplicates import DuplicateLead, twins
from leads.facts import facts_of, fit_of, sources_of
from leads.following import may_be_claimed
from leads.former import present_or_404
from leads.forms import LeadForm, NoteForm
from leads.models import Lead
from leads.notices import notices_of, with_notices
from leads.services.records import WrongValues
from leads.timeline import timeline_of
from leads.timeline_rows import LineWriter
from portal.accounts.decorators import requires
from portal.accounts.policy import masked_fields
from portal.core.errors import StaleEdit
from portal.core.htmx import render_page
from portal.core.statements import Statement
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
#: For those who may see every lead.
_any_record = Statement(lambda pk: with_notices(Lead.objects.for_record()).filter(pk=pk))
#: Those of the funnel in force, for whoever may see stages.
_stages = Statement(lambda _: Stage.objects.active())


def _record(reader: User, pk: int, action: str = "leads.view_lead") -> Lead:
    """A lead with everything that its page shows, or the one that absorbed it. 404 when out of reach."""
    if reader.reaches_all(action) and (found := _any_record(pk)):
        return found[0]
    leads = Lead.objects.permitted(reader, action).for_record()
    return present_or_404(with_notices(leads), pk)


@require_safe
@requires("leads.view_lead")
def lead_detail(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _record(request.user, pk)
    if lead.pk != pk:
        return redirect(lead)
    context = record_context(request, lead)
    context |= _timeline(request, lead) | {
        "notices": notices_of(lead, request.user),
        "stages": _stages(0) if request.user.may("funnel.view_stage") else [],
        "note_form": NoteForm(user=request.user, lead=lead),
        "feedback_url": f"/feedback/on/leads.lead/{lead.pk}/",
        "opportunities_url": f"/leads/{lead.pk}/opportunities/",
        "handoffs_url": f"/leads/{lead.pk}/handoffs/",
    }
    return render(request, "leads/lead_detail.html", context)


def _timeline(request: PortalRequest, lead: Lead) -> dict[str, Any]:
    timeline = timeline_of(lead, request.user, request.GET.get("after", ""))
    writer = LineWriter(may_restore=request.user.may("leads.restore_touchpoint"))
    return {"timeline": timeline, "lines": writer.lines(timeline.entries)}


@require_safe
@requires("leads.view_lead")
def lead_drawer(request: PortalRequest, pk: int) -> HttpResponse:
    """The record without its timeline, beside the list that it was opened from."""
    context = record_context(request, _record(request.user, pk))
    return render_page(request, "leads/lead_drawer.html", "leads/_lead_drawer.html", context)


def record_context(request: PortalRequest, lead: Lead) -> dict[str, Any]:
    """What the record and the drawer show. Acts are offered only on rows that are in reach."""
    user = request.user
    hidden = masked_fields(user, "leads.lead")
    return {
        "lead": lead,
        "hidden": hidden,
        "name": f"Lead {lead.pk}" if "full_name" in hidden else str(lead),
        "facts": facts_of(lead, hidden),
        "sources": sources_of(lead, may_see_touches=user.may("leads.view_touchpoint")),
        "fit": fit_of(lead, hidden),
        "may_work": user.may("leads.change_lead"),
        "may_claim": may_be_claimed(lead, user),
        "may_assign": user.reaches_all("leads.assign_lead")
        or (lead.owner_id == user.pk and user.may("leads.assign_lead")),
    }


@require_safe
@requires("leads.view_lead")
def lead_timeline(request: PortalRequest, pk: int) -> HttpResponse:
    """The next part of the timeline; without script, the record from there on."""
    lead = present_or_404(Lead.objects.permitted(request.user, "leads.view_lead"), pk)
    context = {"lead": lead} | _timeline(request, lead)
    return render_page(request, "leads/lead_timeline.html", "leads/_lead_timeline.html", context)


@get_or_post
@requires("leads.add_lead")
def lead_create(request: PortalRequest) -> HttpResponse:
    form = LeadForm(request.POST or None, user=request.user)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context["reason"] = request.POST.get("duplicate_reason", "").strip()[:300]
        token = form.cleaned_data["form_token"]
        context["alike"] = twins(form.prepared, by=request.user, form_token=token)
        is_explained = bool(context["reason"]) or not context["alike"]
        if is_explained and (lead := _created(request, form, context)) is not None:
            messages.success(request, f"{lead} was added.")
            return redirect(lead)
    return render(request, "leads/lead_create.html", context, status=422 if form.is_bound else 200)


def _created(request: PortalRequest, form: LeadForm, context: dict[str, Any]) -> Lead | None:
    token = form.cleaned_data["form_token"]
    try:
        return services.create_lead(
            prepared=form.prepared,
            by=request.user,
            form_token=token,
            apart_from=[twin.lead for twin in context["alike"]],
            apart_because=context["reason"] if context["alike"] else "",
        )
    except DuplicateLead as error:
        form.add_error(error.field, error.message)
        context["duplicate"] = error.lead
    except WrongValues as error:
        form.show_errors(error.by_field)
    return None


@get_or_post
@requires("leads.change_lead")
def lead_edit(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _record(request.user, pk, "leads.change_lead")
    form = LeadForm(request.POST or None, user=request.user, lead=lead)
    context: dict[str, Any] = {"form": form, "lead": lead}
    if request.method == "POST" and form.is_valid() and _changed(request, lead, form, context):
        messages.success(request, "Your changes are saved.")
        return redirect(lead)
    return render(request, "leads/lead_edit.html", context, status=422 if form.is_bound else 200)


def _changed(request: PortalRequest, lead: Lead, form: LeadForm, context: dict[str, Any]) -> bool:
    version = form.cleaned_data["version"]
    try:
        services.change_lead(lead=lead, prepared=form.prepared, by=request.user, version=version)
    except StaleEdit as error:
        form.rebase(lead.version)
        context["conflicts"] = error.conflicts.values()
    except DuplicateLead as error:
        form.add_error(error.field, error.message)
        context["duplicate"] = error.lead
    except WrongValues as error:
        form.show_errors(error.by_field)
    else:
        return True
    return False
