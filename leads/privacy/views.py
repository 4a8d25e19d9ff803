"""The pages of privacy: requests of people, what an erasure would touch, how long data is kept."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.privacy import erasing, retention, services, tombstones
from leads.privacy.forms import LiftForm, RequestForm, RuleForm
from leads.privacy.models import PersonRequest, RetentionRule
from portal.accounts.decorators import requires
from portal.accounts.requests import PortalRequest
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.core.htmx import render_page
from portal.core.listing import Listing

REQUESTS = Listing({"asked": "id", "due": "due_on"}, default="-asked", page_size=25)


def _get(request: PortalRequest, pk: int, action: str) -> PersonRequest:
    return get_object_or_404(PersonRequest.objects.permitted(request.user, action), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("privacy.add_personrequest")
def request_list(request: PortalRequest) -> HttpResponse:
    form = RequestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.ask(by=request.user, **form.cleaned_data)
        return redirect(made)
    rows = PersonRequest.objects.permitted(request.user, "privacy.view_personrequest").for_list()
    context = {"form": form, "page": REQUESTS.page(request, rows), "today": timezone.localdate()}
    status = 422 if form.errors else 200
    return render_page(
        request, "privacy/request_list.html", "privacy/_request_table.html", context, status=status
    )


@require_safe
@requires("privacy.view_personrequest")
def request_detail(request: PortalRequest, pk: int) -> HttpResponse:
    asked = _get(request, pk, "privacy.view_personrequest")
    may_run = request.user.has_perm("privacy.run_personrequest")
    context = {"asked": asked, "today": timezone.localdate(), "may_run": may_run}
    if asked.is_erasure and asked.is_open and may_run:
        context["preview"] = erasing.preview(asked.email)
    return render_page(
        request, "privacy/request_detail.html", "privacy/_request_body.html", context
    )


@require_POST
@requires("privacy.run_personrequest")
@reauthentication_required(app="leads.privacy")
def request_run(request: PortalRequest, pk: int) -> HttpResponse:
    """Start it; the password is asked again first, unless it was given a moment ago."""
    return redirect(
        services.run_request(
            request=_get(request, pk, "privacy.run_personrequest"), by=request.user
        )
    )


@require_POST
@requires("privacy.withdraw_personrequest")
def request_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    asked = _get(request, pk, "privacy.withdraw_personrequest")
    return redirect(services.withdraw(request=asked, by=request.user))


@require_POST
@requires("privacy.run_personrequest")
@reauthentication_required(app="leads.privacy")
def request_copy(request: PortalRequest, pk: int) -> FileResponse:
    """The copy made for the person; each fetching is a line in the audit."""
    asked = _get(request, pk, "privacy.run_personrequest")
    if not asked.file:
        raise Http404
    record(actor=request.user, verb="fetched", subject=asked)
    return FileResponse(
        asked.file.open("rb"),
        as_attachment=True,
        filename=f"copy-{asked.pk}.zip",
        content_type="application/zip",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("privacy.change_retentionrule")
def rule_list(request: PortalRequest) -> HttpResponse:
    """Every rule with what it would take now; none is in force until somebody says so."""
    rules = {
        rule.what: rule
        for rule in RetentionRule.objects.permitted(request.user, "privacy.change_retentionrule")
    }
    lines = []
    for what in RetentionRule.What:
        rule = rules.get(what) or RetentionRule(what=what, days=retention.SUGGESTED[what])
        lines.append(
            (rule, RuleForm(instance=rule, prefix=what.value), retention.rows_of(rule).count())
        )
    return render(request, "privacy/rule_list.html", {"lines": lines, "lift": LiftForm()})


@require_POST
@requires("privacy.change_retentionrule")
@reauthentication_required(app="leads.privacy")
def rule_edit(request: PortalRequest, what: str) -> HttpResponse:
    if what not in RetentionRule.What.values:
        raise Http404
    rule = RetentionRule.objects.filter(what=what).first() or RetentionRule(what=what, days=1)
    form = RuleForm(request.POST, instance=rule, prefix=what)
    if not form.is_valid():
        raise RuleViolation("Give the number of days, at least one. Nothing was changed.")
    rule = form.save()
    data = {"days": rule.days, "is_active": rule.is_active}
    record(actor=request.user, verb="changed_rule", subject=rule, data=data)
    messages.success(request, f"Saved: {rule}, {'in force' if rule.is_active else 'not in force'}.")
    return redirect("privacy:rule-list")


@require_POST
@requires("privacy.change_retentionrule")
@reauthentication_required(app="leads.privacy")
def tombstone_lift(request: PortalRequest) -> HttpResponse:
    form = LiftForm(request.POST)
    if not form.is_valid():
        raise RuleViolation("Give the e-mail address of the person and the reason.")
    tombstones.lift(by=request.user, **form.cleaned_data)
    messages.success(request, "This person may be taken in again. What was erased stays erased.")
    return redirect("privacy:rule-list")
