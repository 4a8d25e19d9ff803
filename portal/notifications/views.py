"""What one was told, and how one wants to hear of things."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.decorators import requires
from portal.accounts.requests import PortalRequest
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Listing
from portal.notifications import services
from portal.notifications.forms import PreferencesForm
from portal.notifications.models import Notification

LISTING = Listing({"newest": "created_at"}, default="-newest", page_size=25)


@require_safe
@requires("notifications.view_notification")
def notification_list(request: PortalRequest) -> HttpResponse:
    rows = Notification.objects.permitted(
        request.user, "notifications.view_notification"
    ).for_list()
    is_all = request.GET.get("view") == "all"
    page = LISTING.page(request, rows if is_all else rows.unread())
    context = {
        "page": page,
        "rows": page.rows,
        "is_all": is_all,
        "tabs": [
            {"label": "Unread", "url": "?", "active": not is_all},
            {"label": "All", "url": "?view=all", "active": is_all},
        ],
    }
    return render_page(
        request,
        "notifications/notification_list.html",
        "notifications/_notification_rows.html",
        context,
    )


@require_safe
@requires("notifications.change_notification")
def notification_open(request: PortalRequest, pk: int) -> HttpResponse:
    """Go to what it is about; it counts as read from then on."""
    notification = services.read_notification(notification=_mine(request, pk))
    is_local = url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None)
    return redirect(notification.url if is_local else "notifications:notification-list")


@require_POST
@requires("notifications.change_notification")
def notification_read(request: PortalRequest, pk: int) -> HttpResponse:
    notification = services.read_notification(notification=_mine(request, pk))
    if is_fragment(request):
        response = render(
            request, "notifications/_notification_row.html", {"notification": notification}
        )
        response["HX-Trigger"] = "badges"
        return response
    return redirect("notifications:notification-list")


@require_POST
@requires("notifications.change_notification")
def notification_read_all(request: PortalRequest) -> HttpResponse:
    count = services.read_all(by=request.user)
    messages.success(
        request, f"{count} marked as read." if count else "Everything was read already."
    )
    return redirect("notifications:notification-list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("notifications.change_notification")
def preference_list(request: PortalRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        services.set_preferences(by=request.user, wishes=form.wishes)
        messages.success(request, "Saved. It holds for what happens from now on.")
        return redirect("notifications:preference-list")
    return render(request, "notifications/preference_list.html", {"form": form})


def _mine(request: PortalRequest, pk: int) -> Notification:
    rows = Notification.objects.permitted(request.user, "notifications.change_notification")
    return get_object_or_404(rows.for_list(), pk=pk)
