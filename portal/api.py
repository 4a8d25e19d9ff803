"""The one API router: every viewset is registered here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseBase
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import exceptions
from rest_framework.routers import APIRootView, DefaultRouter

from campaigns.api import CampaignViewSet
from campaigns.competitors.api import CompetitorViewSet
from leads.api import TagViewSet, TouchpointViewSet
from leads.bulk.api import BulkActViewSet, BulkViewSet
from leads.companies.api import CompanyViewSet, ContactViewSet, TargetListViewSet
from leads.handoffs.api import HandoffViewSet, OfferableLeadViewSet
from leads.intake.api import ImportViewSet
from leads.merging.api import CandidateViewSet, MergeableLeadViewSet, MergeViewSet
from leads.opportunities.api import (
    ConvertibleLeadViewSet,
    OpportunityStageViewSet,
    OpportunityViewSet,
    ProductViewSet,
)
from leads.outreach.api import UsableTalkingPointViewSet
from leads.queue.api import QueueViewSet
from leads.routing.api import RuleViewSet
from leads.saved_view_api import SavedViewViewSet
from leads.scoring.api import ScoredLeadViewSet, ScoringModelViewSet
from leads.segments.api import SegmentViewSet
from personas.api import PersonaViewSet
from portal.accounts.api import ApiTokenViewSet, TeamViewSet, UserViewSet
from portal.activity.api import AuditViewSet
from portal.feedback.api import ThreadViewSet
from portal.funnel.api import FunnelDefinitionViewSet, StageViewSet
from portal.notifications.api import NotificationViewSet
from portal.reports.api import ReportViewSet
from portal.slas.api import ClockViewSet, SlaViewSet
from portal.todo.api import TaskViewSet
from portal.webhooks.api import DeliveryViewSet, HookViewSet


class RootView(APIRootView):
    """The resources and where they are."""

    policy_action = "accounts.use_api"
    schema = None


class Router(DefaultRouter):
    """Addresses without format suffixes, and a root that names its policy action."""

    APIRootView = RootView
    include_format_suffixes = False


@extend_schema(exclude=True)
class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as JSON."""

    renderer_classes: ClassVar = [OpenApiJsonRenderer2, OpenApiJsonRenderer]
    policy_action = "accounts.use_api"


@extend_schema(exclude=True)
class DocsView(SpectacularSwaggerSplitView):
    """The OpenAPI document for people; every file of it comes from here."""

    policy_action = "accounts.use_api"
    template_name = "api/docs.html"
    url_name = "api-schema"
    url_self: ClassVar[None] = None

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        """A page, whatever was asked for."""
        return super().perform_content_negotiation(request, force=True)

    def handle_exception(self, exc: Exception) -> HttpResponseBase | Any:
        if isinstance(exc, exceptions.NotAuthenticated):
            return redirect_to_login(self.request.get_full_path(), settings.LOGIN_URL)
        return super().handle_exception(exc)


class WholeLeadViewSet(
    MergeableLeadViewSet, ConvertibleLeadViewSet, OfferableLeadViewSet, ScoredLeadViewSet
):
    """Leads with what each room that stands on them does with one."""

    policy = (
        MergeableLeadViewSet.policy
        | ConvertibleLeadViewSet.policy
        | OfferableLeadViewSet.policy
        | ScoredLeadViewSet.policy
    )


router = Router()
router.register("personas", PersonaViewSet)
router.register("campaigns", CampaignViewSet)
router.register("talking-points", UsableTalkingPointViewSet)
router.register("leads/bulk", BulkViewSet, basename="leads-bulk")
router.register("leads", WholeLeadViewSet)
router.register("bulk-acts", BulkActViewSet)
router.register("tags", TagViewSet)
router.register("duplicates", CandidateViewSet, basename="duplicate")
router.register("merges", MergeViewSet)
router.register("companies", CompanyViewSet)
router.register("contacts", ContactViewSet, basename="contact")
router.register("target-lists", TargetListViewSet, basename="target-list")
router.register("touchpoints", TouchpointViewSet)
router.register("handoffs", HandoffViewSet)
router.register("queue", QueueViewSet, basename="queue")
router.register("routing-rules", RuleViewSet)
router.register("opportunities", OpportunityViewSet)
router.register("opportunity-stages", OpportunityStageViewSet)
router.register("products", ProductViewSet)
router.register("competitors", CompetitorViewSet)
router.register("saved-views", SavedViewViewSet)
router.register("segments", SegmentViewSet)
router.register("imports", ImportViewSet)
router.register("funnel-definitions", FunnelDefinitionViewSet)
router.register("stages", StageViewSet)
router.register("scoring-models", ScoringModelViewSet)
router.register("slas", SlaViewSet)
router.register("sla-clocks", ClockViewSet)
router.register("feedback", ThreadViewSet, basename="feedback")
router.register("notifications", NotificationViewSet)
router.register("tasks", TaskViewSet)
router.register("users", UserViewSet)
router.register("teams", TeamViewSet)
router.register("tokens", ApiTokenViewSet)
router.register("webhooks", HookViewSet)
router.register("deliveries", DeliveryViewSet)
router.register("audit", AuditViewSet)
router.register("reports", ReportViewSet, basename="report")
