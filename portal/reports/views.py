"""Pages of reports. The address holds the whole question, so a link shows the same answer."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.decorators import requires
from portal.accounts.requests import PortalRequest
from portal.core.htmx import render_page
from portal.core.spreadsheets import FORMATS
from portal.reports import services
from portal.reports.forms import ReportForm
from portal.reports.page import ReportPage
from portal.reports.registry import REPORTS
from portal.reports.report import Report


@require_safe
@requires("reports.view_report")
def report_list(request: PortalRequest) -> HttpResponse:
    return render(request, "reports/report_list.html", {"reports": REPORTS.values()})


@require_safe
@requires("reports.view_report")
def report_detail(request: PortalRequest, name: str) -> HttpResponseBase:
    if name not in REPORTS:
        raise Http404
    report = REPORTS[name]
    form = report.form(request.GET, user=request.user)
    if problems := form.problems():
        context = {"report": report, "form": form, "problems": problems}
        return render_page(
            request, "reports/report_detail.html", "reports/_report.html", context, status=400
        )
    if kind := request.GET.get("format"):
        return _export(request, report, form, kind)
    page = ReportPage(report, form, report.build(form), request.GET)
    is_small = request.GET.get("view") == "small"
    fragment = "reports/_report_small.html" if is_small else "reports/_report.html"
    return render_page(request, "reports/report_detail.html", fragment, page.context())


def _export(
    request: PortalRequest, report: Report, form: ReportForm, kind: str
) -> HttpResponseBase:
    if kind not in FORMATS:
        raise Http404
    if not request.user.has_perm("reports.export_report"):
        raise PermissionDenied
    return services.export_report(table=report.build(form), kind=kind, by=request.user)
