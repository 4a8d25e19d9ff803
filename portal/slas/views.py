"""The agreement as both teams read it: overview, commitments side by side, calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.decorators import requires
from portal.accounts.models import User
from portal.core.htmx import render_page
from portal.core.listing import Listing
from portal.core.statements import Statement
from portal.documents import overview
from portal.funnel.models import FunnelDefinition
from portal.slas import standing
from portal.slas.calendars import closed_days, weekday_texts
from portal.slas.models import Calendar, Sla
from portal.slas.tryouts import examples, last_month, tryouts

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest
    from portal.documents.models import AgreedDocument, Revision

REVIEWS = Listing({"review": "review_on"}, default="review", page_size=20, is_filled=True)
#: Kinds of documents that the overview shows whole.
WHOLE = (FunnelDefinition._meta.label_lower, Sla._meta.label_lower)
MOST_SLAS = 100
#: Everybody who may sign, of both sides.
_signers = Statement(lambda _: User.objects.managers_of(*standing.SIDES))


@require_safe
@requires("slas.view_sla")
def agreement_overview(request: PortalRequest) -> HttpResponse:
    """What both sides have agreed, what is not, and who has to do something about it."""
    user, today = request.user, timezone.localdate()
    page = REVIEWS.page(request, overview.to_review(user))
    board = overview.board(user, today, page.rows, WHOLE)
    funnels, slas = (board.whole[label] for label in WHOLE)
    signers = _signers(0)
    context = {
        "page": page,
        "rows": board.reviews,
        "today": today,
        "board": board,
        "funnels": funnels,
        "slas": slas,
        "signers": [
            (side, [person for person in signers if person.department == side])
            for side in standing.SIDES
        ],
    }
    return render_page(request, "slas/agreement.html", "slas/_review_list.html", context)


@require_safe
@requires("slas.view_sla")
def sla_list(request: PortalRequest) -> HttpResponse:
    """What marketing owes sales and what sales owes marketing, with how well it is kept."""
    slas = Sla.objects.permitted(request.user, "slas.view_sla").living().with_standing()
    now = timezone.now()
    context = {
        "slas": slas[:MOST_SLAS],
        "sides": standing.both_sides(now),
        "since": timezone.localdate(now) - timedelta(days=standing.DAYS),
        "days": standing.DAYS,
        "may_add": request.user.has_perm("slas.add_sla"),
        "calendars": Calendar.objects.permitted(request.user, "slas.view_calendar"),
    }
    return render(request, "slas/sla_list.html", context)


@require_safe
@requires("slas.view_calendar")
def calendar_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """When a side is at work, and the days of the coming year on which it is not."""
    rows = Calendar.objects.permitted(request.user, "slas.view_calendar").with_holidays()
    calendar = get_object_or_404(rows, pk=pk)
    context = {
        "calendar": calendar,
        "hours": weekday_texts(calendar),
        "closed": closed_days(calendar, timezone.localdate()),
        "commitments": calendar.commitments.select_related("sla"),
        "may_change": request.user.has_perm("slas.change_calendar"),
    }
    return render(request, "slas/calendar_detail.html", context)


def sla_details(
    request: PortalRequest, subject: AgreedDocument, revision: Revision
) -> dict[str, Any]:
    """What an SLA's page shows beside its words: each commitment with real times, and where it is
    tried on last month."""
    return {
        "tryouts": examples(revision.content, timezone.now()),
        "tried_url": reverse("slas:sla-tried", args=[subject.slug, revision.number]),
    }


@require_safe
@requires("slas.view_sla")
def sla_tried(request: PortalRequest, slug: str, number: int) -> HttpResponse:
    """What one revision would have meant last month, commitment by commitment."""
    rows = Sla.objects.permitted(request.user, "slas.view_sla").select_related("document")
    subject = get_object_or_404(rows, slug=slug)
    revision = get_object_or_404(subject.document.revisions, number=number)
    context = {
        "subject": subject,
        "revision": revision,
        "tryouts": tryouts(revision.content, timezone.now()),
    }
    return render_page(request, "slas/sla_tried.html", "slas/_tried.html", context)


@require_safe
@requires("slas.view_sla")
def sla_measured(request: PortalRequest) -> HttpResponse:
    """How the commitments in force that no clock times were kept last month."""
    now = timezone.now()
    context = {"sides": standing.measured(now), "month": last_month(now)[0]}
    return render_page(request, "slas/sla_measured.html", "slas/_measured.html", context)
