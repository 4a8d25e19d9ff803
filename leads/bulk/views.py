"""Acting on ticked leads or on all that match, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.bulk import services
from leads.bulk.forms import BulkForm, few_of, ticked
from leads.bulk.models import BulkAct, BulkChange
from leads.filters import LeadFilter
from leads.models import Lead
from portal.accounts.decorators import requires
from portal.core.errors import RuleViolation
from portal.core.htmx import render_page
from portal.core.listing import Listing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.requests import PortalRequest

#: Leads that were left as they were, on the page of an act.
SHOWN = 200


@require_POST
@requires("bulk.add_bulkact")
def act_create(request: PortalRequest) -> HttpResponse:
    """First the form of the act, then, confirmed, the act: on all of the leads or on none."""
    kind = request.POST.get("act", "")
    if kind not in BulkAct.Act.values:
        raise Http404
    act = BulkAct.Act(kind)
    if not request.user.may(services.ACTIONS[act]):
        raise PermissionDenied
    leads = _leads(request, act)
    is_sent = "confirmed" in request.POST
    form = BulkForm(request.POST if is_sent else None, act=act, user=request.user)
    count = leads[: services.MOST + 1].count()
    if is_sent and form.is_valid() and not _has_moved(request, form, count):
        done = services.start_bulk_act(
            order=form.order(request.POST.get("query", "")), leads=leads, by=request.user
        )
        return _done(request, done)
    context = {
        "form": form,
        "act": act,
        "count": count,
        "most": services.MOST,
        "is_too_many": count > services.MOST,
        "leads": few_of(leads),
        "ids": [] if "everything" in request.POST else ticked(request.POST),
        "query": request.POST.get("query", ""),
        "everything": "everything" in request.POST,
    }
    return render(request, "bulk/act_create.html", context, status=422 if form.is_bound else 200)


def _leads(request: PortalRequest, act: BulkAct.Act) -> QuerySet[Any]:
    if "everything" in request.POST:
        rows = Lead.objects.permitted(request.user, services.ACTIONS[act])
        query = QueryDict(request.POST.get("query", ""))
        filters = LeadFilter(query, queryset=rows, request=request)
        if filters.unknown() or not filters.is_valid():
            raise Http404
        return filters.qs
    ids = ticked(request.POST)
    if len(ids) > services.MOST_TICKED:
        raise RuleViolation(
            f"Tick at most {services.MOST_TICKED:,} leads, or choose all that match the list."
        )
    found = services.choose(ids, act=act, by=request.user) if ids else None
    if found is None:
        raise Http404
    return found


def _has_moved(request: PortalRequest, form: BulkForm, count: int) -> bool:
    """Whether other leads match by now than the person agreed to."""
    agreed = request.POST.get("count", "")
    if "everything" not in request.POST or agreed == str(count):
        return False
    form.add_error(
        None, f"Meanwhile {count:,} leads match, not {agreed[:9]}. Look again, then confirm."
    )
    return True


def _done(request: PortalRequest, act: BulkAct) -> HttpResponse:
    if act.is_working:
        return redirect(act)
    _say(request, act)
    query = request.POST.get("query", "")
    return redirect(f"{reverse('leads:lead-list')}?{QueryDict(query).urlencode()}".rstrip("?"))


def _say(request: PortalRequest, act: BulkAct) -> None:
    """What happened, with a way back."""
    changed = f"{act.changed:,} lead{'' if act.changed == 1 else 's'}"
    left = f" {act.left:,} stayed as they were." if act.left else ""
    undo = f"undo:{reverse('bulk:act-undo', args=[act.pk])}" if act.changed else ""
    level = messages.success if act.changed else messages.warning
    level(request, f"{act.what}: {changed}.{left}", extra_tags=undo)


@require_safe
@requires("bulk.view_bulkact")
def act_list(request: PortalRequest) -> HttpResponse:
    rows = BulkAct.objects.permitted(request.user, "bulk.view_bulkact").for_list()
    page = Listing({"made": "made_at"}, default="-made").page(request, rows)
    now = timezone.now()
    context = {"page": page, "acts": [(act, act.may_be_undone(now)) for act in page]}
    return render_page(request, "bulk/act_list.html", "bulk/_act_table.html", context)


@require_safe
@requires("bulk.view_bulkact")
def act_detail(request: PortalRequest, pk: int) -> HttpResponse:
    acts = BulkAct.objects.permitted(request.user, "bulk.view_bulkact").for_list()
    act = get_object_or_404(acts, pk=pk)
    rest = act.changes.filter(state__in=[BulkChange.State.LEFT, BulkChange.State.KEPT])
    seen = Lead.objects.permitted(request.user, "leads.view_lead")
    context = {
        "act": act,
        "job": act.job,
        "may_undo": act.may_be_undone(timezone.now()),
        "rest": rest.filter(lead__in=seen).select_related("lead").order_by("lead_id")[:SHOWN],
    }
    return render_page(request, "bulk/act_detail.html", "bulk/_act_body.html", context)


@require_POST
@requires("bulk.undo_bulkact")
def act_undo(request: PortalRequest, pk: int) -> HttpResponse:
    acts = BulkAct.objects.permitted(request.user, "bulk.undo_bulkact")
    act = services.undo_bulk_act(act=get_object_or_404(acts, pk=pk), by=request.user)
    if not act.is_working:
        kept = f" {act.kept:,} were changed since and stay." if act.kept else ""
        messages.success(request, f"Undone: {act.what}. {act.put_back:,} put back.{kept}")
    return redirect(act)
