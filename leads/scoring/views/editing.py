"""One rule of a draft: its form, with the condition out of the editor of conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from leads.conditions.asking import read
from leads.conditions.tree import Wrong
from leads.scoring.forms import RuleForm
from leads.scoring.models import ScoringModel
from portal.accounts.decorators import requires
from portal.documents import services as documents
from portal.documents.schema import new_item_id

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest
    from portal.documents.models import Revision
    from portal.documents.schema import Content

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
CHANGE = "scoring.change_scoringmodel"


def _draft(request: PortalRequest, slug: str, number: int) -> tuple[ScoringModel, Revision]:
    rows = ScoringModel.objects.permitted(request.user, CHANGE).with_document()
    subject = get_object_or_404(rows, slug=slug)
    return subject, get_object_or_404(subject.document.revisions, number=number)


def _row(content: Content, key: str) -> dict[str, Any]:
    found = next((row for row in content["rules"] if row["id"] == key), None)
    if found is None:
        raise Http404
    return found


@get_or_post
@requires(CHANGE)
def rule_create(request: PortalRequest, slug: str, number: int) -> HttpResponse:
    subject, revision = _draft(request, slug, number)
    return _form(request, subject, revision, {})


@get_or_post
@requires(CHANGE)
def rule_edit(request: PortalRequest, slug: str, number: int, key: str) -> HttpResponse:
    subject, revision = _draft(request, slug, number)
    return _form(request, subject, revision, _row(subject.schema.complete(revision.content), key))


def _form(
    request: PortalRequest, subject: ScoringModel, revision: Revision, row: dict[str, Any]
) -> HttpResponse:
    content = subject.schema.complete(revision.content)
    text = request.GET.get("filter") or row.get("condition", "")
    initial = row | {"filter": text, "version": revision.version}
    form = RuleForm(request.POST or None, user=request.user, content=content, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = form.row(row.get("id") or form.cleaned_data["form_token"] or new_item_id())
        _save(request, subject, revision, content, made, form.cleaned_data["version"])
        page = reverse("scoring:rule-edit", args=[subject.slug, revision.number, made["id"]])
        if "conditions" in request.POST:
            asked = {"filter": made["condition"]} if made["condition"] else {}
            return redirect(
                f"{reverse('leads:condition-edit')}?{urlencode(asked | {'back': page})}"
            )
        messages.success(request, "The rule is saved in the draft.")
        return redirect(f"{subject.revision_url(revision)}#rules")
    context = {"subject": subject, "revision": revision, "form": form, "row": row}
    context |= _said(request, request.POST.get("filter", text))
    return render(request, "scoring/rule_form.html", context, status=422 if form.is_bound else 200)


def _said(request: PortalRequest, text: str) -> dict[str, str]:
    if not text:
        return {"said": "", "problem": ""}
    try:
        return {"said": read(text, request.user).sentence, "problem": ""}
    except Wrong as wrong:
        return {"said": "", "problem": str(wrong)}


def _save(
    request: PortalRequest,
    subject: ScoringModel,
    revision: Revision,
    content: Content,
    made: dict[str, Any],
    version: int | None,
) -> None:
    rows = [made if row["id"] == made["id"] else row for row in content["rules"]]
    if made not in rows:
        rows.append(made)
    documents.edit_draft(
        subject=subject,
        revision=revision,
        changes={"rules": rows},
        by=request.user,
        base_version=version,
    )


@require_POST
@requires(CHANGE)
def rule_delete(request: PortalRequest, slug: str, number: int, key: str) -> HttpResponse:
    subject, revision = _draft(request, slug, number)
    content = subject.schema.complete(revision.content)
    gone = _row(content, key)
    rows = [row for row in content["rules"] if row is not gone]
    documents.edit_draft(
        subject=subject, revision=revision, changes={"rules": rows}, by=request.user
    )
    messages.success(request, f"“{gone['name']}” is taken out of the draft.")
    return redirect(f"{subject.revision_url(revision)}#rules")
