"""The audit trail as a page, for administrators."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from portal.accounts.decorators import requires
from portal.accounts.requests import PortalRequest
from portal.activity.filters import ActivityFilter
from portal.activity.models import Activity
from portal.activity.reading import audit_lines
from portal.core.htmx import render_page
from portal.core.listing import Listing

LINES = Listing({"at": "at"}, default="-at")


@require_GET
@requires("activity.view_activity")
def activity_list(request: PortalRequest) -> HttpResponse:
    lines = Activity.objects.permitted(request.user, "activity.view_activity").for_list()
    found = ActivityFilter(request.GET, queryset=lines, request=request)
    page = LINES.page(request, found.qs if found.is_valid() else lines.none())
    context = {"form": found.form, "page": page, "rows": audit_lines(page.rows)}
    return render_page(
        request, "activity/activity_list.html", "activity/_activity_table.html", context
    )
