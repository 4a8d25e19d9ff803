"""The acts. Each is a form at its own address: a page, or a dialog for htmx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from leads.models import Lead
from leads.opportunities import services
from leads.opportunities.forms import (
    CloseForm,
    ConvertForm,
    MoveForm,
    NextStepForm,
    ReopenForm,
    lines_form,
)
from leads.opportunities.models import Opportunity, Status
from leads.opportunities.views.lists import board_answer
from leads.services.records import WrongValues
from portal.accounts.decorators import requires
from portal.accounts.policy import masked_fields
from portal.core.htmx import is_fragment, render_page

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _opportunity(request: PortalRequest, pk: int, action: str) -> Opportunity:
    rows = Opportunity.objects.permitted(request.user, action).for_record()
    return get_object_or_404(rows, pk=pk)


def _posted(request: PortalRequest) -> QueryDict | None:
    """What was sent, also when it is nothing: these forms need nothing to be filled in."""
    return request.POST if request.method == "POST" else None


def _ask(
    request: PortalRequest, about: Any, form: Any, *, title: str, submit: str, **extra: Any
) -> HttpResponse:
    context = {"about": about, "form": form, "title": title, "submit": submit, **extra}
    return render_page(
        request,
        "opportunities/opportunity_act.html",
        "opportunities/_opportunity_act.html",
        context,
        status=422 if form.is_bound else 200,
    )


def _done(request: PortalRequest, opportunity: Opportunity, text: str) -> HttpResponse:
    """Back to the record, which tells what happened; to the list when it left one's reach."""
    messages.success(request, text)
    mine = Opportunity.objects.permitted(request.user, "opportunities.view_opportunity")
    is_mine = mine.filter(pk=opportunity.pk).exists()
    target = redirect(opportunity) if is_mine else redirect("opportunities:opportunity-list")
    if not is_fragment(request):
        return target
    return HttpResponse(status=204, headers={"HX-Redirect": target["Location"]})


# --- moving -----------------------------------------------------------------------------------
@get_or_post
@requires("opportunities.move_opportunity")
def opportunity_move(request: PortalRequest, pk: int) -> HttpResponse:
    """From the record, or from the board: then ``board`` holds what the board was asked."""
    opportunity = _opportunity(request, pk, "opportunities.move_opportunity")
    form = MoveForm(request.POST or None, user=request.user, opportunity=opportunity)
    if request.method == "POST" and form.is_valid():
        moved = services.move_opportunity(
            opportunity=opportunity, by=request.user, **form.cleaned_data
        )
        if "board" in request.POST:
            return _to_board(request, moved)
        return _done(request, moved, f"{moved} is now in the stage {moved.stage}.")
    return _ask(request, opportunity, form, title="Change the stage", submit="Move")


def _to_board(request: PortalRequest, moved: Opportunity) -> HttpResponse:
    """The board as it was asked, with the focus on the card that moved."""
    query = urlsplit(request.POST["board"]).query[:2000]
    if not is_fragment(request):
        board = reverse("opportunities:opportunity-board")
        return redirect(f"{board}{f'?{query}' if query else ''}#card-{moved.pk}")
    request.GET = QueryDict(query)
    request.path = reverse("opportunities:opportunity-board")
    return board_answer(request, moved=moved.pk)


# --- closing and reopening ----------------------------------------------------------------------
@get_or_post
@requires("opportunities.close_opportunity")
def opportunity_close(request: PortalRequest, pk: int) -> HttpResponse:
    opportunity = _opportunity(request, pk, "opportunities.close_opportunity")
    form = CloseForm(
        request.POST or None,
        user=request.user,
        opportunity=opportunity,
        status=request.GET.get("status", ""),
    )
    if request.method == "POST" and form.is_valid():
        closed = services.close_opportunity(
            opportunity=opportunity, ending=form.ending, by=request.user
        )
        how = closed.get_status_display().lower()
        return _done(request, closed, f"{closed} is closed as {how}.")
    return _ask(request, opportunity, form, title="Close this opportunity", submit="Close it")


@get_or_post
@requires("opportunities.reopen_opportunity")
def opportunity_reopen(request: PortalRequest, pk: int) -> HttpResponse:
    opportunity = _opportunity(request, pk, "opportunities.reopen_opportunity")
    form = ReopenForm(request.POST or None, user=request.user, opportunity=opportunity)
    if request.method == "POST" and form.is_valid():
        opened = services.reopen_opportunity(
            opportunity=opportunity, by=request.user, **form.cleaned_data
        )
        return _done(request, opened, f"{opened} is open again.")
    return _ask(request, opportunity, form, title="Open this opportunity again", submit="Reopen")


# --- what comes next, what is sold -----------------------------------------------------------------
@get_or_post
@requires("opportunities.change_opportunity")
def opportunity_next_step(request: PortalRequest, pk: int) -> HttpResponse:
    opportunity = _opportunity(request, pk, "opportunities.change_opportunity")
    form = NextStepForm(_posted(request), user=request.user, opportunity=opportunity)
    if request.method == "POST" and form.is_valid():
        services.change_opportunity(
            opportunity=opportunity, values=form.cleaned_data, by=request.user
        )
        return _done(request, opportunity, "The next step is set.")
    return _ask(request, opportunity, form, title="Set the next step", submit="Save")


@get_or_post
@requires("opportunities.change_opportunity")
def opportunity_products(request: PortalRequest, pk: int) -> HttpResponse:
    """Several products, each with how many and for how much."""
    opportunity = _opportunity(request, pk, "opportunities.change_opportunity")
    lines = lines_form(opportunity, request.user, request.POST or None)
    if request.method == "POST" and lines.is_valid():
        version = request.POST.get("version", "")
        services.change_opportunity(
            opportunity=opportunity,
            values={"lines": lines.lines},
            by=request.user,
            version=int(version) if version.isdecimal() and len(version) < 10 else None,
        )
        messages.success(request, "The products are saved.")
        return redirect(opportunity)
    context = {"opportunity": opportunity, "lines": lines}
    return render_page(
        request,
        "opportunities/opportunity_products.html",
        "opportunities/_opportunity_products.html",
        context,
        status=422 if lines.is_bound else 200,
    )


# --- converting a lead ------------------------------------------------------------------------
@get_or_post
@requires("opportunities.convert_lead")
def lead_convert(request: PortalRequest, pk: int) -> HttpResponse:
    """A lead becomes an opportunity. Asked twice, it leads to the same one."""
    leads = Lead.objects.permitted(request.user, "opportunities.convert_lead").for_list()
    lead = get_object_or_404(leads, pk=pk)
    form = ConvertForm(_posted(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["form_token"]
        try:
            done = services.convert_lead(
                lead=lead, by=request.user, values=form.values, form_token=token
            )
        except WrongValues as error:
            for name, text in error.by_field.items():
                form.add_error(name if name in form.fields else None, text)
        else:
            text = "is now an opportunity" if done.is_new else "was an opportunity already"
            return _done(request, done.opportunity, f"The lead {text}.")
    there = Opportunity.objects.permitted(request.user, "opportunities.view_opportunity")
    there = there.filter(lead=lead, status=Status.OPEN)
    is_hidden = "full_name" in masked_fields(request.user, "leads.lead")
    return _ask(
        request,
        lead,
        form,
        title="Make this lead an opportunity",
        submit="Make it an opportunity",
        there=there.first(),
        name=f"Lead {lead.pk}" if is_hidden else str(lead),
    )
