"""The map of the portal: one include per app, in the order of the menu."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from portal.api import DocsView, SchemaView, router
from portal.slas.views import agreement_overview

urlpatterns = [
    path("", include("portal.dashboard.urls")),
    path("", include("portal.accounts.urls")),
    path("", include("portal.accounts.door.urls")),
    path("audit/", include("portal.activity.urls")),
    path("", include("portal.operations.urls")),
    path("leads/import/", include("leads.intake.urls")),
    path("leads/", include("leads.bulk.urls")),
    path("leads/routing/", include("leads.routing.urls")),
    path("leads/", include("leads.merging.urls")),
    path("leads/", include("leads.urls")),
    path("companies/", include("leads.companies.urls")),
    path("segments/", include("leads.segments.urls")),
    path("privacy/", include("leads.privacy.urls")),
    path("queue/", include("leads.queue.urls")),
    path("", include("leads.handoffs.urls")),
    path("", include("leads.outreach.urls")),
    path("", include("leads.opportunities.urls")),
    path("personas/", include("personas.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("talking-points/", include("campaigns.talking_points.urls")),
    path("feedback/", include("portal.feedback.urls")),
    path("agreement/", agreement_overview, name="agreement-overview"),
    path("agreement/funnel/", include("portal.funnel.urls")),
    path("agreement/slas/", include("portal.slas.urls")),
    path("agreement/scoring/", include("leads.scoring.urls")),
    path("reports/", include("portal.reports.urls")),
    path("hooks/", include("portal.webhooks.urls")),
    path("search/", include("portal.search.urls")),
    path("notifications/", include("portal.notifications.urls")),
    path("tasks/", include("portal.todo.urls")),
    path("api/v1/", include(router.urls)),
    path("", include("portal.core.urls")),
    path("api/schema/", SchemaView.as_view(), name="api-schema"),
    path("api/docs/", DocsView.as_view(), name="api-docs"),
    path("admin/", admin.site.urls),
]

handler400 = "portal.core.error_pages.bad_request"
handler403 = "portal.core.error_pages.permission_denied"
handler404 = "portal.core.error_pages.page_not_found"
handler500 = "portal.core.error_pages.server_error"
