"""The queue, and the feed that fills it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.queue.feed import chart_of, feed_of
from leads.queue.reading import MOST, queue_of
from portal.accounts.decorators import requires
from portal.core.htmx import render_page

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest


@require_safe
@requires("queue.view_queue")
def queue_list(request: PortalRequest) -> HttpResponse:
    """What to do next and why, worked through by keyboard: accept, call, note, next."""
    now = timezone.now()
    queue = queue_of(request.user, now)
    context = {"queue": queue, "items": queue.items, "most": MOST, "today": timezone.localdate(now)}
    return render_page(request, "queue/queue_list.html", "queue/_queue_rows.html", context)


@require_safe
@requires("queue.view_feed")
def feed(request: PortalRequest) -> HttpResponse:
    """Whether leads come steadily enough for sales to plan by."""
    found = feed_of(timezone.now())
    return render(request, "queue/feed.html", {"feed": found, "chart": chart_of(found)})
