"""The pages of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.conditions.asking import read
from leads.conditions.tree import Wrong
from leads.models import Lead
from leads.segments import services
from leads.segments.forms import AddLeadsForm, SegmentForm, as_text
from leads.segments.membership import (
    is_closed_to,
    said_of,
    sees_whole,
    size_of,
    visible_members,
)
from leads.segments.models import Segment
from leads.segments.uses import uses_of
from portal.accounts.decorators import requires
from portal.accounts.policy import masked_fields
from portal.core.charts import Chart, Series, line_chart
from portal.core.formatting import day_text
from portal.core.htmx import render_page
from portal.core.listing import Listing

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

SEGMENTS = Listing({"name": "name", "made": "id"}, default="name")
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
VIEW, CHANGE = "segments.view_segment", "segments.change_segment"
SAMPLE = 20
#: Days that the trend shows, and segments that one fragment of a brief tells about.
TREND, MOST_NAMED = 90, 10
MOST_TICKED = services.MOST_IDS


def _segment(request: PortalRequest, pk: int, action: str) -> Segment:
    return get_object_or_404(Segment.objects.permitted(request.user, action).for_list(), pk=pk)


@require_safe
@requires(VIEW)
def segment_list(request: PortalRequest) -> HttpResponse:
    rows = Segment.objects.permitted(request.user, VIEW).for_list()
    is_archive = request.GET.get("view") == "archived"
    rows = rows.filter(archived_at__isnull=not is_archive)
    page = SEGMENTS.page(request, rows)
    base = [("", "In use"), ("archived", "Archived")]
    context = {
        "page": page,
        "rows": list(zip(page, said_of(page.rows, request.user), strict=True)),
        "tabs": [
            {
                "label": label,
                "url": f"?view={view}" if view else "?",
                "active": is_archive == bool(view),
            }
            for view, label in base
        ],
    }
    return render_page(
        request, "segments/segment_list.html", "segments/_segment_table.html", context
    )


@require_safe
@requires(VIEW)
def segment_detail(request: PortalRequest, pk: int) -> HttpResponse:
    segment, reader = _segment(request, pk, VIEW), request.user
    hidden = masked_fields(reader, "leads.lead")
    members = visible_members(segment, reader).select_related("company", "stage")
    sample = members.defer("attributes").order_by("-created_at", "-pk")[:SAMPLE]
    mine = Segment.objects.permitted(reader, CHANGE).filter(pk=pk)
    context = {
        "segment": segment,
        "said": said_of([segment], reader)[0],
        "is_closed": is_closed_to(segment, reader),
        "sample": list(sample),
        "is_masked": "full_name" in hidden,
        "uses": uses_of(segment, reader),
        "trend": _trend(segment) if sees_whole(segment, reader) else None,
        "may_change": mine.exists(),
        "asked": urlencode({"filter": as_text(segment.condition), "segment": segment.pk}),
        "leads_url": f"/leads/?{urlencode({'segment': segment.slug})}",
        "feedback_url": f"/feedback/on/segments.segment/{segment.pk}/",
    }
    return render(request, "segments/segment_detail.html", context)


def _trend(segment: Segment) -> Chart | None:
    """How the size has moved; none before there are two days."""
    sizes = list(segment.sizes.order_by("-on")[:TREND])[::-1]
    if len(sizes) < 2:
        return None
    first, last = sizes[0].count, sizes[-1].count
    moved = (
        "as many"
        if first == last
        else f"{abs(last - first):,} {'more' if last > first else 'fewer'}"
    )
    today = timezone.localdate()
    labels = [day_text(size.on, today) for size in sizes]
    title = f"{last:,} leads, {moved} {'as' if first == last else 'than'} on {labels[0]}"
    series = [Series("Leads", [size.count for size in sizes], kind="joint")]
    return line_chart(title, labels, series, x_label="Day", y_label="Leads")


@require_safe
@requires(VIEW)
def segment_count(request: PortalRequest, pk: int) -> HttpResponse:
    """How many leads now; the page asks again every minute, the list once (``view=small``)."""
    segment = _segment(request, pk, VIEW)
    is_closed = is_closed_to(segment, request.user)
    context = {
        "segment": segment,
        "is_closed": is_closed,
        "size": None if is_closed else size_of(segment, request.user),
    }
    small = "segments/_segment_size.html" if request.GET.get("view") == "small" else ""
    return render_page(
        request, "segments/segment_count.html", small or "segments/_segment_count.html", context
    )


@require_safe
@requires(VIEW)
def segment_figures(request: PortalRequest) -> HttpResponse:
    """The segments that a brief names (``name``, up to ten), with how many leads each has now."""
    reader = request.user
    asked = (name.replace("\x00", "") for name in request.GET.getlist("name"))
    names = list(dict.fromkeys(asked))[:MOST_NAMED]
    found = {
        segment.slug: segment
        for segment in Segment.objects.permitted(reader, VIEW).filter(slug__in=names)
    }
    rows = [
        {
            "name": name[:80],
            "segment": found.get(name),
            "size": size_of(found[name], reader)
            if name in found and not is_closed_to(found[name], reader)
            else None,
        }
        for name in names
    ]
    return render_page(
        request,
        "segments/segment_figures.html",
        "segments/_segment_figures.html",
        {"rows": rows},
    )


# --- making and changing ----------------------------------------------------------------------
@get_or_post
@requires("segments.add_segment")
def segment_create(request: PortalRequest) -> HttpResponse:
    initial = {"filter": request.GET.get("filter", "")}
    form = SegmentForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        condition = given.pop("filter")
        segment = services.create_segment(owner=request.user, condition=condition, **given)
        messages.success(request, f"{segment} is ready.")
        return redirect(segment)
    text = request.POST.get("filter", "") if request.method == "POST" else initial["filter"]
    return _form(request, form, text)


@get_or_post
@requires(CHANGE)
def segment_edit(request: PortalRequest, pk: int) -> HttpResponse:
    segment = _segment(request, pk, CHANGE)
    text = request.GET.get("filter") or as_text(segment.condition)
    form = SegmentForm(
        request.POST or None, user=request.user, segment=segment, initial={"filter": text}
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given.pop("form_token")
        condition = given.pop("filter")
        changes = given | ({"condition": condition} if condition else {})
        services.change_segment(
            segment=segment, by=request.user, changes=changes, version=form.version_read
        )
        messages.success(request, "Saved.")
        return redirect(segment)
    return _form(request, form, request.POST.get("filter", "") or text, segment)


def _form(
    request: PortalRequest, form: SegmentForm, text: str, segment: Segment | None = None
) -> HttpResponse:
    said, problem = "", ""
    if text:
        try:
            said = read(text, request.user).sentence
        except Wrong as wrong:
            problem = str(wrong)
    context = {
        "form": form,
        "segment": segment,
        "said": said,
        "problem": problem,
        "asked": urlencode(
            {"filter": text, **({"segment": segment.pk} if segment else {})} if text else {}
        ),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "segments/segment_form.html", context, status=status)


@require_POST
@requires(CHANGE)
def segment_archive(request: PortalRequest, pk: int) -> HttpResponse:
    segment = services.archive_segment(segment=_segment(request, pk, CHANGE), by=request.user)
    messages.success(request, f"{segment} is archived. It can be brought back from its page.")
    return redirect(segment)


@require_POST
@requires(CHANGE)
def segment_restore(request: PortalRequest, pk: int) -> HttpResponse:
    segment = services.restore_segment(segment=_segment(request, pk, CHANGE), by=request.user)
    messages.success(request, f"{segment} is in use again.")
    return redirect(segment)


# --- members of a static one ------------------------------------------------------------------
@require_POST
@requires("segments.fill_segment")
def segment_fill(request: PortalRequest, pk: int) -> HttpResponse:
    """Fill it again from its condition; who is in stays in."""
    segment = _segment(request, pk, "segments.fill_segment")
    work = services.fill_segment(segment=segment, by=request.user)
    text = "Filled." if work is None else "This takes a while and goes on in the background."
    messages.success(request, text)
    return redirect(segment)


@require_POST
@requires("segments.fill_segment")
def segment_add_leads(request: PortalRequest) -> HttpResponse:
    """Put the ticked leads of a list into a static segment: all of them, or none."""
    ids = _ticked(request)
    leads = Lead.objects.permitted(request.user, "leads.view_lead").filter(pk__in=ids)
    if not ids or leads.count() != len(ids):
        raise Http404
    form = AddLeadsForm(request.POST if "segment" in request.POST else None, user=request.user)
    if form.is_bound and form.is_valid():
        segment = form.cleaned_data["segment"]
        added = services.add_members(segment=segment, leads=leads, by=request.user)
        messages.success(request, f"{added} of {len(ids)} leads are new in {segment}.")
        return redirect(segment)
    context = {"form": form, "ids": sorted(ids)}
    status = 422 if form.is_bound else 200
    return render(request, "segments/segment_add_leads.html", context, status=status)


def _ticked(request: PortalRequest) -> set[int]:
    texts = request.POST.getlist("ids")[: MOST_TICKED + 1]
    ids = {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19}
    if len(ids) != len(set(texts)) or len(ids) > MOST_TICKED:
        raise Http404
    return ids


@require_POST
@requires("segments.fill_segment")
def segment_remove_leads(request: PortalRequest, pk: int) -> HttpResponse:
    segment = _segment(request, pk, "segments.fill_segment")
    gone = services.remove_members(segment=segment, lead_ids=_ticked(request), by=request.user)
    messages.success(request, f"{gone} lead{'' if gone == 1 else 's'} taken out of {segment}.")
    return redirect(segment)
