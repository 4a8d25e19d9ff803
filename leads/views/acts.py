"""The acts on a lead. Each is a form at its own address: a page, or a dialog for htmx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from leads import services
from leads.former import present_or_404
from leads.forms import (
    AssignForm,
    LostForm,
    NextStepForm,
    NoteForm,
    PersonaForm,
    ReopenForm,
    StageForm,
    TouchpointForm,
)
from leads.models import Lead
from leads.source_forms import SourceForm
from portal.accounts.decorators import requires
from portal.core.htmx import is_fragment, render_page
from portal.core.routes import next_address

if TYPE_CHECKING:
    from django import forms

    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _lead(request: PortalRequest, pk: int, action: str) -> Lead:
    leads = Lead.objects.permitted(request.user, action).for_list()
    return present_or_404(leads, pk)


def _ask(
    request: PortalRequest, lead: Lead, form: forms.Form, *, title: str, submit: str, **extra: Any
) -> HttpResponse:
    context = {"lead": lead, "form": form, "title": title, "submit": submit, **extra}
    status = 422 if form.is_bound else 200
    return render_page(
        request, "leads/lead_act.html", "leads/_lead_act.html", context, status=status
    )


def _done(request: PortalRequest, lead: Lead, text: str) -> HttpResponse:
    """Back to where it was begun, else to the record, which tells what happened. A lead that left one's
    reach leads to the list.
    """
    messages.success(request, text)
    is_mine = Lead.objects.permitted(request.user, "leads.view_lead").filter(pk=lead.pk).exists()
    home = lead.get_absolute_url() if is_mine else reverse("leads:lead-list")
    target = next_address(request, home)
    if not is_fragment(request):
        return redirect(target)
    return HttpResponse(status=204, headers={"HX-Redirect": target})


@get_or_post
@requires("leads.assign_lead")
def lead_assign(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "leads.assign_lead")
    form = AssignForm(request.POST or None, user=request.user, lead=lead)
    if request.method == "POST" and form.is_valid():
        lead = services.assign_lead(lead=lead, by=request.user, **form.cleaned_data)
        return _done(request, lead, f"{lead} now belongs to {lead.owner or 'the pool'}.")
    may_choose = request.user.reaches_all("leads.assign_lead")
    title = "Give this lead to somebody" if may_choose else "Give this lead back"
    return _ask(request, lead, form, title=title, submit="Assign" if may_choose else "Give back")


@require_POST
@requires("leads.claim_lead")
def lead_claim(request: PortalRequest, pk: int) -> HttpResponse:
    lead = services.claim_lead(lead=_lead(request, pk, "leads.claim_lead"), by=request.user)
    return _done(request, lead, f"{lead} is yours.")


@get_or_post
@requires("leads.change_stage_lead")
def lead_change_stage(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "leads.change_stage_lead")
    form = StageForm(request.POST or None, user=request.user, lead=lead)
    if request.method == "POST" and form.is_valid():
        lead = services.change_stage(lead=lead, by=request.user, **form.cleaned_data)
        return _done(request, lead, f"{lead} is now in the stage {lead.stage}.")
    return _ask(request, lead, form, title="Change the stage", submit="Move")


@get_or_post
@requires("leads.change_stage_lead")
def lead_mark_lost(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "leads.change_stage_lead")
    form = LostForm(request.POST or None, user=request.user, lead=lead)
    if request.method == "POST" and form.is_valid():
        services.mark_lost(lead=lead, by=request.user, **form.cleaned_data)
        return _done(request, lead, f"{lead} is marked as lost. It can be reopened.")
    return _ask(request, lead, form, title="Mark as lost", submit="Mark as lost", is_danger=True)


@get_or_post
@requires("leads.change_stage_lead")
def lead_reopen(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "leads.change_stage_lead")
    form = ReopenForm(
        request.POST if request.method == "POST" else None, user=request.user, lead=lead
    )
    if form.is_bound and form.is_valid():
        services.reopen_lead(lead=lead, by=request.user, **form.cleaned_data)
        return _done(request, lead, f"{lead} is open again.")
    return _ask(request, lead, form, title="Reopen this lead", submit="Reopen")


@get_or_post
@requires("leads.log_touchpoint")
def touchpoint_log(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "leads.log_touchpoint")
    form = TouchpointForm(
        request.POST or None, user=request.user, lead=lead, kind=request.GET.get("kind", "call")
    )
    if request.method == "POST" and form.is_valid():
        services.log_touchpoint(
            lead=lead, contact=services.Contact(**form.cleaned_data), by=request.user
        )
        return _done(request, lead, "It is in the timeline.")
    return _ask(request, lead, form, title="Log a contact", submit="Log")


@get_or_post
@requires("leads.add_note")
def note_add(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "leads.add_note")
    form = NoteForm(request.POST or None, user=request.user, lead=lead)
    if request.method == "POST" and form.is_valid():
        services.add_note(lead=lead, by=request.user, **form.cleaned_data)
        return _done(request, lead, "The note is saved.")
    return _ask(request, lead, form, title="Write a note", submit="Save note")


@get_or_post
@requires("leads.change_lead")
def lead_next_step(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "leads.change_lead")
    form = NextStepForm(request.POST or None, user=request.user, lead=lead)
    if request.method == "POST" and form.is_valid():
        services.set_next_step(lead=lead, by=request.user, **form.cleaned_data)
        return _done(request, lead, "The next step is set.")
    return _ask(request, lead, form, title="Next step", submit="Save")


@get_or_post
@requires("leads.change_lead")
def lead_source(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "leads.change_lead")
    form = SourceForm(request.POST or None, user=request.user, lead=lead)
    if request.method == "POST" and form.is_valid():
        services.set_source_told(lead=lead, by=request.user, **form.told)
        return _done(request, lead, "Their answer is saved.")
    return _ask(request, lead, form, title="How did they hear about us?", submit="Save")


@get_or_post
@requires("personas.match_lead")
def lead_persona(request: PortalRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "personas.match_lead")
    form = PersonaForm(
        request.POST if request.method == "POST" else None, user=request.user, lead=lead
    )
    if form.is_bound and form.is_valid():
        services.choose_persona(lead=lead, by=request.user, **form.cleaned_data)
        return _done(request, lead, "The persona is set.")
    return _ask(request, lead, form, title="Choose the persona", submit="Save")
