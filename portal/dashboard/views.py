"""Home, and the counts beside the bell."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.decorators import requires
from portal.accounts.requests import PortalRequest
from portal.core.listing import COUNT_CAP
from portal.dashboard.panels import columns_for
from portal.notifications.models import Notification
from portal.todo.models import Task


@require_safe
@requires("dashboard.view_home")
def home(request: PortalRequest) -> HttpResponse:
    return render(
        request, "dashboard/home.html", {"columns": columns_for(request.user, timezone.now())}
    )


@require_safe
@requires("dashboard.view_home")
def badge(request: PortalRequest) -> HttpResponse:
    """How many messages are unread and how many tasks are open: two queries."""
    unread = Notification.objects.permitted(
        request.user, "notifications.view_notification"
    ).unread()
    owed = Task.objects.permitted(request.user, "todo.view_task").owed_by(request.user).open()
    context = {
        "notifications": unread.order_by()[:COUNT_CAP].count(),
        "tasks": owed.order_by()[:COUNT_CAP].count(),
    }
    return render(request, "components/_badges.html", context)
