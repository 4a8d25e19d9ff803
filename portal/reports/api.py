"""Reports by API: the same rows as the page and its files."""

from __future__ import annotations

from typing import ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.reports.registry import REPORTS
from portal.reports.serializers import ReportListSerializer, ReportSerializer

PARAMETERS = [
    OpenApiParameter("name", str, OpenApiParameter.PATH, enum=list(REPORTS)),
    OpenApiParameter(
        "from",
        str,
        description="First day of creation (win-rate, velocity: of the close), like 2026-01-31.",
    ),
    OpenApiParameter(
        "to", str, description="Last day of creation (win-rate, velocity: of the close)."
    ),
    OpenApiParameter(
        "by",
        str,
        description="sources: source, campaign, landing_page or attributes.NAME. win-rate and velocity: source, "
        "campaign, persona, competitor, owner, team, product, industry or quarter. self-reported: "
        "team or answer. handoffs: ground, campaign, source or team. sla: commitment, team or month.",
    ),
    OpenApiParameter("compare", str, enum=["previous"], description="Adds the period before."),
    OpenApiParameter("source", str),
    OpenApiParameter("campaign", str, description="The campaign's slug."),
    OpenApiParameter("persona", str, description="The persona's slug."),
    OpenApiParameter("owner", str, description="An id, me or none."),
    OpenApiParameter("team", int),
    OpenApiParameter("product", int, description="win-rate, velocity: an id."),
    OpenApiParameter("competitor", int, description="win-rate, velocity: an id."),
    OpenApiParameter("industry", str, description="win-rate, velocity."),
    OpenApiParameter("owner_name", str, description="win-rate, velocity: somebody who is no user."),
    OpenApiParameter("team_name", str, description="win-rate, velocity: a team that is not here."),
    OpenApiParameter("currency", str, description="win-rate, velocity: of the amounts."),
    OpenApiParameter("commitment", str, description="sla: like first_contact."),
    OpenApiParameter("department", str, description="sla: marketing or sales, which owes it."),
    OpenApiParameter("segment", str, description="The segment's slug; of it, leads that you see."),
]


class ReportViewSet(viewsets.ViewSet):
    """Reports. Shares are between 0 and 1, and null where there is nothing to divide."""

    policy: ClassVar = {"list": "reports.view_report", "retrieve": "reports.view_report"}
    lookup_field = "name"
    lookup_value_regex = "[a-z-]+"

    @extend_schema(responses=ReportListSerializer)
    def list(self, request: Request) -> Response:
        """The reports there are, and what each answers."""
        entries = [
            {
                "name": report.name,
                "title": report.title,
                "question": report.question,
                "url": reverse("report-detail", args=[report.name], request=request),
            }
            for report in REPORTS.values()
        ]
        return Response({"results": entries, "next": None, "previous": None})

    @extend_schema(responses=ReportSerializer, parameters=PARAMETERS)
    def retrieve(self, request: Request, name: str) -> Response:
        """One report. A parameter that it does not know is a 400 that names it."""
        if name not in REPORTS:
            raise Http404
        report = REPORTS[name]
        form = report.form(request.query_params, user=request.user)  # type: ignore[arg-type]  # signed in
        if problems := form.problems():
            raise exceptions.ValidationError(problems)
        return Response(report.build(form).as_api())
