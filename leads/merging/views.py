"""Possible duplicates: the list, two records side by side, what was merged and how it is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.former import present_id, present_or_404
from leads.merging import services
from leads.merging.comparing import compared, moving
from leads.merging.forms import ApartForm, MergeForm
from leads.merging.likeness import Band
from leads.merging.models import Candidate, CommonValue, Merge
from leads.merging.services.merging import contacted
from leads.merging.services.pairs import judged
from leads.models import Lead
from portal.accounts.decorators import requires
from portal.core.errors import RuleViolation
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Listing

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
LISTING = Listing({"strength": "strength", "found": "found_at"}, default="-strength", page_size=25)
MERGES = Listing({"at": "at"}, default="-at", page_size=25)
VIEWS = {"": "All", "mine": "Mine", "certain": "Certain", "apart": "Not duplicates"}
#: As many values that were ignored are named.
COMMON_SHOWN = 5


# --- the list ------------------------------------------------------------------------------------
@require_safe
@requires("merging.view_candidate")
def candidate_list(request: PortalRequest) -> HttpResponse:
    """Pairs that may be one person, strongest first, as far as both sides are visible."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    rows = Candidate.objects.permitted(request.user, "merging.view_candidate")
    rows = rows.filter(state=Candidate.State.APART) if view == "apart" else rows.open()
    if view == "mine":
        rows = rows.concerning(request.user)
    elif view == "certain":
        rows = rows.filter(band=Band.CERTAIN)
    page = LISTING.page(request, rows.as_shown())
    url = reverse("merging:candidate-list")
    context: dict[str, Any] = {
        "page": page,
        "rows": page.rows,
        "view": view,
        "tabs": [
            {"label": label, "url": f"{url}?view={name}" if name else url, "active": name == view}
            for name, label in VIEWS.items()
        ],
    }
    if not (request.htmx and request.htmx.target == "candidate-table"):
        context |= {
            "scan": services.last_scan(),
            "common": list(CommonValue.objects.all()[:COMMON_SHOWN]),
            "judged": [(band, *counts) for band, counts in judged().items() if any(counts)],
        }
    return render_page(
        request, "merging/candidate_list.html", "merging/_candidate_table.html", context
    )


@require_POST
@requires("merging.start_scan")
def scan_start(request: PortalRequest) -> HttpResponse:
    """Look through everything that changed; from the beginning, when the rules have changed."""
    start = services.start_over if "anew" in request.POST else services.start_scan
    start(by=request.user)
    messages.success(request, "The scan has started. It goes on when you leave this page.")
    return redirect("merging:candidate-list")


@require_safe
@requires("merging.view_candidate")
def scan_progress(request: PortalRequest) -> HttpResponse:
    """How far the scan is; without script, the list shows it."""
    if not is_fragment(request):
        return redirect("merging:candidate-list")
    return render(request, "merging/_scan_progress.html", {"scan": services.last_scan()})


# --- one pair ------------------------------------------------------------------------------------
def _pair(request: PortalRequest, pk: int, other: int) -> tuple[Lead, Lead]:
    rows = Lead.objects.permitted(request.user, "merging.merge_lead").for_record()
    return get_object_or_404(rows, pk=pk), get_object_or_404(rows, pk=other)


@get_or_post
@requires("merging.merge_lead")
def pair_detail(request: PortalRequest, pk: int, other: int) -> HttpResponse:
    """Two records side by side: tell them apart, or choose field by field and merge."""
    if pk == other or present_id(pk) == present_id(other):
        kept = present_or_404(Lead.objects.permitted(request.user, "leads.view_lead"), pk)
        messages.info(request, "These two records are one already.")
        return redirect(kept)
    one, two = _pair(request, pk, other)
    kept, _, why = services.who_stays(one, two)
    form = MergeForm(request.POST or None, leads=(one, two), stays=kept.pk)
    if request.method == "POST" and form.is_valid():
        merge = _merged(request, form)
        if merge is not None:
            messages.success(request, f"{merge.lost_name} is now part of {merge.lead}.")
            return redirect(merge)
    context = _pair_context(request, (one, two), kept) | {"form": form, "why": why, "kept": kept}
    return render(
        request, "merging/pair_detail.html", context, status=422 if form.is_bound else 200
    )


def _merged(request: PortalRequest, form: MergeForm) -> Merge | None:
    lost, kept = form.pair
    try:
        return services.merge_leads(lost=lost, kept=kept, by=request.user, wish=form.wish)
    except RuleViolation as error:
        if error.code not in {"widens", "not_yours"}:
            raise
        form.add_error(None, error.message)
        return None


def _pair_context(request: PortalRequest, leads: tuple[Lead, Lead], kept: Lead) -> dict[str, Any]:
    low, high = sorted(lead.pk for lead in leads)
    pairs = Candidate.objects.permitted(request.user, "merging.view_candidate")
    chosen = {
        name.removeprefix("keep-"): value
        for name, value in request.POST.items()
        if name.startswith("keep-")
    }
    return {
        "leads": leads,
        "contacts": [contacted(lead) for lead in leads],
        "rows": compared(*leads, kept),
        "chosen": chosen,
        "moving": moving(*leads),
        "candidate": pairs.filter(low=low, high=high).first(),
        "apart_form": ApartForm(),
        "may_assign": request.user.reaches_all("leads.assign_lead"),
    }


def _candidate(request: PortalRequest, pk: int) -> Candidate:
    rows = Candidate.objects.permitted(request.user, "merging.tell_apart_candidate").for_list()
    return get_object_or_404(rows, pk=pk)


@get_or_post
@requires("merging.tell_apart_candidate")
def candidate_tell_apart(request: PortalRequest, pk: int) -> HttpResponse:
    candidate = _candidate(request, pk)
    form = ApartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.tell_apart(
            candidate=candidate, by=request.user, reason=form.cleaned_data["reason"]
        )
        messages.success(request, "Remembered: these are two people.")
        return redirect("merging:candidate-list")
    context = {"candidate": candidate, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "merging/candidate_apart.html", context, status=status)


@require_POST
@requires("merging.tell_apart_candidate")
def candidate_ask_again(request: PortalRequest, pk: int) -> HttpResponse:
    services.ask_again(candidate=_candidate(request, pk), by=request.user)
    messages.success(request, "This pair is in the list again.")
    return redirect("merging:candidate-list")


@require_safe
@requires("leads.view_lead")
def lead_duplicates(request: PortalRequest, pk: int) -> HttpResponse:
    """Who may be the same person as a lead: a part of its record, and a page of its own."""
    lead = present_or_404(Lead.objects.permitted(request.user, "leads.view_lead"), pk)
    if not request.user.may("merging.view_candidate"):
        neighbours: list[Any] = []
    else:
        neighbours = services.neighbours(lead, request.user)
    context = {
        "lead": lead,
        "neighbours": neighbours,
        "merges": list(
            Merge.objects.permitted(request.user, "merging.view_merge").filter(lead=lead)[:5]
        ),
    }
    return render_page(
        request, "merging/lead_duplicates.html", "merging/_lead_duplicates.html", context
    )


# --- what was merged -----------------------------------------------------------------------------
@require_safe
@requires("merging.view_merge")
def merge_list(request: PortalRequest) -> HttpResponse:
    rows = Merge.objects.permitted(request.user, "merging.view_merge").for_list()
    page = MERGES.page(request, rows.defer("manifest"))
    context = {"page": page, "rows": page.rows}
    return render_page(request, "merging/merge_list.html", "merging/_merge_table.html", context)


@require_safe
@requires("merging.view_merge")
def merge_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """What became one, what moved, and what an undoing could not bring back."""
    rows = Merge.objects.permitted(request.user, "merging.view_merge").for_list()
    merge = get_object_or_404(rows, pk=pk)
    mine = Merge.objects.to_undo(request.user)
    context = {
        "merge": merge,
        "moved": merge.moved,
        "may_undo": merge.undone_at is None and mine.filter(pk=merge.pk).exists(),
    }
    return render(request, "merging/merge_detail.html", context)


@require_POST
@requires("merging.undo_merge")
def merge_undo(request: PortalRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(Merge.objects.to_undo(request.user), pk=pk)
    merge = services.undo_merge(merge=merge, by=request.user)
    messages.success(request, "Both records are back.")
    return redirect(merge)
