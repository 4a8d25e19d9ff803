"""The inbox of both sides, one handoff with its pack, the acts, and the panel on the lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.former import present_or_404
from leads.handoffs import criteria, services
from leads.handoffs.entry import Definition
from leads.handoffs.filters import BOXES, HandoffFilter, of_box
from leads.handoffs.forms import OfferForm, PassOnForm, RejectForm, ReviewForm, WithdrawForm
from leads.handoffs.models import Handoff
from leads.handoffs.presenting import pack_of
from leads.models import Lead
from portal.accounts.decorators import requires
from portal.accounts.roles import Department
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Listing
from portal.core.routes import next_address

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

VIEW = "handoffs.view_handoff"
LISTING = Listing({"offered": "offered_at"}, default="-offered")
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
#: Which boxes each side has before it, in order; the first opens.
OF_SIDE = {
    Department.MARKETING: ("out", "complete", "review", "all"),
    Department.SALES: ("answer", "out", "review", "all"),
}
NEWEST = 5


# --- reading --------------------------------------------------------------------------------------
@require_safe
@requires(VIEW)
def handoff_list(request: PortalRequest) -> HttpResponse:
    """What waits for one's side, box by box; the filters of the API work too."""
    mine = Handoff.objects.permitted(request.user, VIEW)
    boxes = _boxes(request)
    box = request.GET.get("box", "")
    box = box if box in BOXES else boxes[0]
    data = request.GET.copy()
    data.pop("box", None)
    narrowed = HandoffFilter(data, queryset=mine, request=request)
    page = LISTING.page(request, of_box(narrowed.qs, box, request.user).for_list())
    context = {
        "page": page,
        "rows": page.rows,
        "box": box,
        "tabs": [
            {"label": BOXES[name], "url": f"?box={name}", "active": name == box} for name in boxes
        ],
    }
    return render_page(
        request, "handoffs/handoff_list.html", "handoffs/_handoff_table.html", context
    )


def _boxes(request: PortalRequest) -> tuple[str, ...]:
    boxes = OF_SIDE.get(Department(request.user.department), ("out", "review", "all"))
    may_pass_on = request.user.may("handoffs.pass_on_handoff")
    return (*boxes[:-1], "queue", boxes[-1]) if may_pass_on else boxes


@require_safe
@requires(VIEW)
def handoff_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """The pack: enough to decide before anybody calls."""
    handoff = _handoff(request, pk, VIEW)
    leads = Lead.objects.permitted(request.user, "leads.view_lead")
    sees_lead = leads.filter(pk=handoff.lead_id).exists()
    context = pack_of(handoff, request.user, sees_lead=sees_lead) | {
        "handoff": handoff,
        "lead": handoff.lead,
        "sees_lead": sees_lead,
        "may_answer": handoff.is_open and _reaches(request, handoff, "handoffs.accept_handoff"),
        "may_withdraw": handoff.is_open and request.user.may("handoffs.withdraw_handoff"),
        "may_pass_on": handoff.is_open and request.user.may("handoffs.pass_on_handoff"),
        "may_review": handoff.waits_for_review and request.user.may("handoffs.review_handoff"),
    }
    return render_page(
        request, "handoffs/handoff_detail.html", "handoffs/_handoff_pack.html", context
    )


def _handoff(request: PortalRequest, pk: int, action: str) -> Handoff:
    return get_object_or_404(Handoff.objects.permitted(request.user, action).for_record(), pk=pk)


def _reaches(request: PortalRequest, handoff: Handoff, action: str) -> bool:
    is_seller = request.user.department == Department.SALES
    rows = Handoff.objects.permitted(request.user, action)
    return is_seller and rows.filter(pk=handoff.pk).exists()


@require_safe
@requires(VIEW)
def lead_panel(request: PortalRequest, pk: int) -> HttpResponse:
    """The handoffs of one lead, and the way to offer it."""
    lead = present_or_404(Lead.objects.permitted(request.user, "leads.view_lead"), pk)
    rows = Handoff.objects.permitted(request.user, VIEW).filter(lead=lead).for_list()
    is_waiting = Handoff.objects.open().filter(lead=lead).exists()
    is_early = Lead.objects.filter(pk=lead.pk, stage__kind__in=("lead", "mql"), status="open")
    context = {
        "lead": lead,
        "rows": rows[:NEWEST],
        "may_offer": request.user.may("handoffs.offer_lead")
        and not is_waiting
        and is_early.exists(),
    }
    return render_page(
        request, "handoffs/handoff_panel.html", "handoffs/_handoff_panel.html", context
    )


# --- acts -----------------------------------------------------------------------------------------
def _ask(request: PortalRequest, about: Any, form: Any, **context: Any) -> HttpResponse:
    return render_page(
        request,
        "handoffs/handoff_act.html",
        "handoffs/_handoff_act.html",
        {"about": about, "form": form, **context},
        status=422 if form.is_bound else 200,
    )


def _done(request: PortalRequest, handoff: Handoff, text: str) -> HttpResponse:
    """Back to where it was begun, else to the handoff, which tells what became of it; to the list when
    it left one's reach.
    """
    messages.success(request, text)
    is_mine = Handoff.objects.permitted(request.user, VIEW).filter(pk=handoff.pk).exists()
    home = handoff.get_absolute_url() if is_mine else reverse("handoffs:handoff-list")
    target = next_address(request, home)
    if is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


@get_or_post
@requires("handoffs.offer_lead")
def lead_handoff(request: PortalRequest, pk: int) -> HttpResponse:
    """Offer a lead to sales; the form shows each criterion of the agreed definition."""
    leads = Lead.objects.permitted(request.user, "handoffs.offer_lead").for_record()
    lead = present_or_404(leads, pk)
    checks = Definition().checks(lead)
    vouched = criteria.vouched(checks)
    posted = request.POST if request.method == "POST" else None
    form = OfferForm(posted, user=request.user, vouched=vouched)
    if form.is_bound and form.is_valid():
        handoff = services.offer_lead(lead=lead, by=request.user, **form.offer)
        return _done(request, handoff, f"{lead} is offered to {handoff.addressee}.")
    return _ask(
        request, lead, form,
        title="Offer this lead to sales", submit="Offer", checks=checks,
        lacking=criteria.missing(checks),
    )  # fmt: skip


@require_POST
@requires("handoffs.accept_handoff")
def handoff_accept(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = _handoff(request, pk, "handoffs.accept_handoff")
    accepted = services.accept_handoff(handoff=handoff, by=request.user)
    return _done(
        request, accepted, f"{accepted.lead} is yours. The clock of the first contact runs."
    )


@get_or_post
@requires("handoffs.reject_handoff")
def handoff_reject(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = _handoff(request, pk, "handoffs.reject_handoff")
    form = RejectForm(request.POST or None)
    if form.is_bound and form.is_valid():
        rejected = services.reject_handoff(handoff=handoff, by=request.user, **form.answer)
        return _done(request, rejected, f"{rejected.lead} is given back.")
    return _ask(request, handoff, form, title="Give this lead back", submit="Give it back")


@get_or_post
@requires("handoffs.withdraw_handoff")
def handoff_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = _handoff(request, pk, "handoffs.withdraw_handoff")
    form = WithdrawForm(request.POST or None)
    if form.is_bound and form.is_valid():
        services.withdraw_handoff(handoff=handoff, by=request.user, **form.cleaned_data)
        return _done(request, handoff, "The offer is taken back.")
    return _ask(request, handoff, form, title="Take the offer back", submit="Take it back")


@get_or_post
@requires("handoffs.pass_on_handoff")
def handoff_pass_on(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = _handoff(request, pk, "handoffs.pass_on_handoff")
    form = PassOnForm(request.POST or None, user=request.user)
    if form.is_bound and form.is_valid():
        following = services.pass_on_handoff(handoff=handoff, by=request.user, **form.cleaned_data)
        return _done(request, following, f"{following.addressee} is asked now.")
    return _ask(request, handoff, form, title="Ask somebody else", submit="Ask them")


@get_or_post
@requires("handoffs.review_handoff")
def handoff_review(request: PortalRequest, pk: int) -> HttpResponse:
    handoff = _handoff(request, pk, "handoffs.review_handoff")
    form = ReviewForm(request.POST or None)
    if form.is_bound and form.is_valid():
        services.review_handoff(handoff=handoff, by=request.user, **form.cleaned_data)
        return _done(request, handoff, "Both sides can read what you found.")
    return _ask(request, handoff, form, title="What we found together", submit="Conclude")
